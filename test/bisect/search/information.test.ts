import t from 'tap';
import { logMarginal } from '../../../harness/bisect/search/dirichlet.ts';
import { binaryEntropy, entropy, mutualInformation } from '../../../harness/bisect/search/information.ts';

const isNear = (found: number, wanted: number) => Math.abs(found - wanted) <= 1e-12;

t.test('the probability of boots with their distribution integrated out', t => {
  t.equal(logMarginal([0, 0, 0]), 0, 'nothing was seen');
  t.ok(isNear(Math.exp(logMarginal([1, 0])), 1 / 2), 'by symmetry');
  t.ok(isNear(Math.exp(logMarginal([1, 1])), 1 / 8), 'B(3/2, 3/2) / B(1/2, 1/2)');
  t.ok(isNear(Math.exp(logMarginal([3, 0])), 5 / 16), 'B(7/2, 1/2) / B(1/2, 1/2)');
  // Drawn one after the other as from an urn: (1/2)/(3/2) · (1/2)/(5/2) · (1/2)/(7/2).
  t.ok(isNear(Math.exp(logMarginal([1, 1, 1])), 1 / 105), 'three bins');
  t.end();
});

t.test('entropy and mutual information in bits', t => {
  t.equal(entropy([0.5, 0.25, 0.25, 0]), 1.5);
  t.equal(binaryEntropy(0), 0);
  t.equal(binaryEntropy(0.5), 1);
  const split = (good: number[], bad: number[]) =>
    mutualInformation([
      { weight: 0.5, outcome: good },
      { weight: 0.5, outcome: bad },
    ]);
  t.equal(split([1, 0], [0, 1]), 1, 'the outcome gives the answer away');
  t.equal(split([0.3, 0.7], [0.3, 0.7]), 0, 'the outcome has nothing to do with it');
  // The capacity of a binary symmetric channel with 11 % errors is one half (Shannon): 1 - H(.11).
  t.ok(Math.abs(split([0.89, 0.11], [0.11, 0.89]) - 0.5) < 1e-4);
  t.end();
});
