import t from 'tap';
import { judgePairs } from '../../harness/judgement/judgement.ts';
import { orderFindings } from '../../harness/judgement/order-check.ts';
import { pairWithin } from '../../harness/judgement/pairing.ts';
import { sideOfRun } from '../../harness/judgement/side.ts';
import { makeRandom } from '../../harness/random.ts';
import { cells, makeContent } from './side-fixture.ts';

t.test('an order effect is found when who boots second is slower', async t => {
  const { run, plan, records } = makeContent(cells.slice(0, 2), 20);
  const second = records.map((record, index) => ({
    ...record,
    metrics: { boot_ns: 1e9 + (index % 2) * 5e8 + record.repetition },
    // Which of the two boots first changes from block to block.
    startedAt: new Date(record.order * 1000).toISOString(),
  }));
  const swapped = second.map(record => {
    if (record.repetition % 2) return record;
    const first = record.cell === 'b';
    return {
      ...record,
      metrics: { boot_ns: 1e9 + (first ? 0 : 5e8) + record.repetition },
      startedAt: new Date((record.order + (first ? -1 : 1)) * 1000).toISOString(),
    };
  });
  const findings = (some: typeof records) => {
    const side = sideOfRun({ run, plan, records: some });
    const { pairs } = pairWithin(side, { axis: 'config', base: 'stats' });
    return orderFindings(judgePairs({ base: side, next: side, pairs, random: makeRandom(1) }));
  };
  t.match(
    [...findings(swapped).values()],
    [[{ code: 'ORDER_EFFECT', message: /boot_ns: .* second .* higher/ }]],
  );
  t.equal(findings(records).size, 0);
});
