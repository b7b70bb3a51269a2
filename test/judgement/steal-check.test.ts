import t from 'tap';
import { compareWithin } from '../../harness/judgement/compare-sides.ts';
import { sideOfRun } from '../../harness/judgement/side.ts';
import { cells, makeContent } from './side-fixture.ts';

t.test('times that were measured under heavy steal are marked in each pair that has such boots', async t => {
  const { run, plan, records } = makeContent(cells.slice(0, 2), 8);
  const findings = (stealShare: number, cell: string) => {
    const some = records.map(record =>
      record.cell === cell && record.repetition <= 3
        ? { ...record, hostPressure: { stealShare, loadPerCpu: 1 } }
        : record,
    );
    const side = sideOfRun({ run, plan, records: some });
    const { judgement } = compareWithin(side, { axis: 'config', base: 'stats' });
    return judgement.pairs.flatMap(pair => pair.findings).filter(({ code }) => code === 'HOST_STEAL');
  };
  const [found, ...others] = findings(0.2, 'b');
  t.match(
    found?.message,
    /^0 boots of the base and 3 of the candidate ran while .* took 10 % .*: do not trust .*boot_ns/,
  );
  t.same(others, []);
  t.match(findings(0.2, 'a')[0]?.message, /^3 boots of the base and 0 of the candidate/);
  t.same(findings(0.05, 'b'), []);
});
