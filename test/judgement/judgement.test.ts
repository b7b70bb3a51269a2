import t from 'tap';
import { judgePairs } from '../../harness/judgement/judgement.ts';
import { pairWithin } from '../../harness/judgement/pairing.ts';
import type { Side } from '../../harness/judgement/side.ts';
import { makeRandom } from '../../harness/random.ts';
import { makeSide } from './side-fixture.ts';

t.test('what cannot fail the run costs the gate no power', async t => {
  const side = makeSide();
  const { pairs } = pairWithin(side, { axis: 'config', base: 'stats' });
  const judge = (gates: Side['gates']) =>
    judgePairs({ base: side, next: side, pairs, gates, random: makeRandom(1) }).declared;
  t.strictSame(judge({}), { gated: 2, other: 1 }, 'waste and outcome; times of emulated guests apart');
  t.strictSame(judge({ boot_ns: { atLeast: 1 } }), { gated: 3, other: 0 });
});
