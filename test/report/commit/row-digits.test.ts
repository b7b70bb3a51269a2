import t from 'tap';
import { judgeRun } from '../../../harness/judgement/judge-run.ts';
import { metricColumn, metricRow } from '../../../harness/report/commit/metric-row.ts';
import { fakeAb } from '../../fakes/hostile-run.ts';

const { pairs } = judgeRun(fakeAb())!.judgement;
const column = (name: string) =>
  pairs.flatMap(({ metrics }) => metrics.filter(({ definition }) => definition.name === name));
const decimals = (text: string) => text.split('.')[1]?.length ?? 0;

t.test('one unit and one number of decimals in a column, where each row alone has its own', async t => {
  const times = column('boot_ns');
  const rows = metricColumn(times);
  t.equal(new Set(rows.map(({ unit }) => unit)).size, 1);
  t.equal(new Set(rows.flatMap(({ before, after }) => [decimals(before), decimals(after)])).size, 1);
  const least = Math.min(...times.map(judged => decimals(metricRow(judged).before)));
  t.equal(decimals(rows[0]!.before), Math.max(1, least), 'what every interval supports');
});

t.test('where sizes grow by magnitudes, each keeps its unit', async t => {
  const [first, last] = [column('wasted_bytes')[0]!, structuredClone(column('wasted_bytes').at(-1)!)];
  const { base, candidate } = last.result.comparison;
  for (const side of [base, candidate]) {
    side.mean = (side.mean ?? 0) * 1000;
    side.median = (side.median ?? 0) * 1000;
  }
  t.strictSame(
    metricColumn([first, last]).map(({ unit }) => unit),
    ['MiB', 'GiB'],
  );
});
