import t from 'tap';
import { fitLevels, furtherStep, simplestLevels } from '../../../harness/statistics/series/level-model.ts';
import { near } from '../near.ts';
import { nile } from './published-series.ts';

const options = (sloped: boolean) => ({ sloped, effectiveSize: nile.length });

// n ln(RSS/n) + k ln(n) from the residuals that lm() of R 4.2 leaves.
t.test('criterion and slope, as R has them', async t => {
  near(t, fitLevels(nile, [], options(false)).criterion, 1029.848930049258);
  near(t, fitLevels(nile, [28], options(false)).criterion, 981.6908589126438);
  const line = fitLevels(nile, [], options(true));
  near(t, line.slope, -2.714305430543054);
  near(t, line.criterion, 1010.052002041896);
  const both = fitLevels(nile, [28], options(true));
  near(t, both.slope, 0.716492027334854);
  near(t, both.criterion, 985.2323097273658);
});

t.test('the further step is where least squares have it', async t => {
  t.equal(furtherStep(nile, [], 3), 28, 'breakpoints() of strucchange: after observation 28, 1898');
  t.equal(furtherStep([1, 1, 9, 9], [], 3), undefined, 'no room');
  const spiked = [20, 0, 0, 0, 0, 3, 3, 3];
  t.equal(furtherStep(spiked, [], 1), 1);
  t.equal(furtherStep(spiked, [], 2), 2, 'not so near the end');
  t.equal(furtherStep(spiked, [2], 2), 5);
});

t.test('steps that explain nothing are left out', async t => {
  t.same(simplestLevels(nile, [28, 60, 80], options(false)).steps, [28]);
  t.same(simplestLevels(nile, [50], options(false)).steps, [50], 'better than none');
  const constant = simplestLevels([7, 7, 7, 7], [2], { sloped: false, effectiveSize: 4 });
  t.same(constant.steps, []);
});
