import { makeRandom } from '../../harness/random.ts';
import type { MetricClass, MetricDefinition } from '../../harness/statistics/samples/metric.ts';
import { analyse } from '../../harness/statistics/verdicts/analysis.ts';
import type { SampleTable } from '../../harness/statistics/verdicts/analysis-request.ts';

/** The promise: 400 cells x 20 trials x 30 metrics in under 2 s and 300 MB. */
const cells = 400;
const trials = 20;
const metrics = 30;

const random = makeRandom(1);
const classes: MetricClass[] = ['count', 'time', 'deterministic'];
const definitions: MetricDefinition[] = Array.from({ length: metrics }, (_, index) => ({
  name: `metric${index}`,
  unit: '',
  class: classes[index % 5 < 3 ? 0 : (index % 5) - 2]!,
  worse: 'higher',
  family: `family${index % 10}`,
  headline: index < 10,
  gated: index < 5,
  gate: { atLeast: 1, relative: 0.02 },
}));

/** Skewed counts, most of them with a tie pattern of their own; every third metric is mostly zero. */
function draw(definition: MetricDefinition, index: number): number {
  if (definition.class === 'deterministic') return 39;
  const skewed = -Math.log(1 - random.uniform()) * 80;
  if (definition.class === 'time') return 1e9 + skewed * 1e6;
  return index % 3 === 0 && random.uniform() < 0.8 ? 0 : Math.round(skewed);
}

function drawCell(cell: number): SampleTable {
  const side = (definition: MetricDefinition, index: number) =>
    Array.from({ length: trials }, () => draw(definition, index));
  const entries = definitions.map((definition, index) => {
    return [definition.name, { base: side(definition, index), candidate: side(definition, index) }] as const;
  });
  return { cell: `cell${cell}`, metrics: Object.fromEntries(entries) };
}

const table = Array.from({ length: cells }, (_, cell) => drawCell(cell));
for (const looks of [undefined, [8, 12, 20]]) {
  const before = process.cpuUsage();
  const started = process.hrtime.bigint();
  const analysis = analyse({ definitions, cells: table, ...(looks === undefined ? {} : { looks }) });
  const milliseconds = Number(process.hrtime.bigint() - started) / 1e6;
  const { user, system } = process.cpuUsage(before);
  const megabytes = process.memoryUsage().rss / 2 ** 20;
  const kind = looks === undefined ? 'fixed' : `looks ${looks.join()}`;
  process.stdout.write(
    `${cells} cells x ${trials} trials x ${metrics} metrics, ${kind}: ${milliseconds.toFixed(0)} ms (processor ${((user + system) / 1000).toFixed(0)} ms), ` +
      `${megabytes.toFixed(0)} MB resident, ${JSON.stringify(analysis.tally)}\n`,
  );
}
