import t from 'tap';
import { findJudged } from '../../harness/judgement/find-metric.ts';
import { judgePairs } from '../../harness/judgement/judgement.ts';
import { pairAcross } from '../../harness/judgement/pairing.ts';
import { makeRandom } from '../../harness/random.ts';
import { makeSide } from './side-fixture.ts';

const side = makeSide();
const { pairs } = pairAcross(side, side);
const judgement = judgePairs({ base: side, next: side, pairs, random: makeRandom(1) });

t.test('a pair is found by its name, an id, its words, or a part of its name', async t => {
  const cellOf = (name: string) => findJudged(judgement, 'wasted_bytes', name).cell;
  t.equal(cellOf('config=stats vcpus=8'), 'config=stats vcpus=8');
  t.equal(cellOf('c'), 'config=stats vcpus=8', 'the id of a cell');
  t.equal(cellOf('vcpus=8 config=stats'), 'config=stats vcpus=8', 'words in any order');
  t.equal(cellOf('dups'), 'config=stats+dups vcpus=2');
});

t.test('what is unknown or leaves open which is an error that says what there is', async t => {
  t.throws(() => findJudged(judgement, 'wasted_byte', 'c'), { code: 'WHY_METRIC', hint: /wasted_bytes/ });
  t.throws(() => findJudged(judgement, 'wasted_bytes', undefined), { code: 'WHY_CELL', hint: /vcpus=8/ });
  t.throws(() => findJudged(judgement, 'wasted_bytes', 'vcpus=2'), { code: 'WHY_CELL', message: /fits 2/ });
  t.throws(() => findJudged(judgement, 'wasted_bytes', 'vcpu=8'), { code: 'WHY_CELL', hint: /vcpus=8/ });
});
