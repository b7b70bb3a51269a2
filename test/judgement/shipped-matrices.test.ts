import t from 'tap';
import { gateNames, metricDefinitions } from '../../harness/judgement/definition.ts';
import { failedBoots } from '../../harness/judgement/side.ts';
import { listFragments } from '../../harness/kernel/fragments.ts';
import { loadMatrix } from '../../harness/matrix/load.ts';
import type { Matrix } from '../../harness/matrix/matrix.ts';
import { parseWorkload } from '../../harness/matrix/workload/workload-file.ts';
import { makeRandom } from '../../harness/random.ts';
import { analyse } from '../../harness/statistics/verdicts/analysis.ts';
import { readProject, yamlFiles } from '../matrix/fixture.ts';
import { normal } from '../statistics/generators.ts';

const known = await listFragments();
const workloads = new Map(
  yamlFiles('guests/workloads').map(file => {
    const definition = parseWorkload(readProject(`guests/workloads/${file}`), { file });
    return [definition.name, definition];
  }),
);

/** The sentence about a metric when the boots that the matrix declares gave these values on both sides. */
function verdictOn({ gates, trials }: Matrix, metric: string, draw: () => number): string {
  const boots = trials.kind === 'looks' ? trials.looks.at(-1)! : trials.count;
  const side = () => Array.from({ length: boots }, draw);
  const definitions = metricDefinitions({
    workloadMetrics: {},
    gates,
    emulated: false,
    measured: new Set([metric]),
    design: 'fixed-work',
  }).filter(({ name }) => name === metric);
  const cells = [{ cell: 'one', metrics: { [metric]: { base: side(), candidate: side() } } }];
  const looks = trials.kind === 'looks' ? trials.looks : undefined;
  const judged = analyse({ definitions, cells, looks }).cells[0]!.metrics[0]!;
  return `${judged.result.verdict} ${judged.result.comparison.base.n} ${judged.sentence}`;
}

t.test('a night without failed boots is UNCHANGED by the boots that a shipped matrix has', t => {
  let compared = 0;
  for (const file of yamlFiles('matrices')) {
    const matrix = loadMatrix(readProject(`matrices/${file}`), { file, workloads, fragments: known });
    if (matrix.compare === undefined) continue;
    compared++;
    const told = verdictOn(matrix, failedBoots, () => 0);
    t.match(
      told,
      /^UNCHANGED (8|12) .*a change of failed boots in more than (30|33) % of the trials is excluded/,
      file,
    );
  }
  t.ok(compared >= 3, `${compared} matrices compare`);
  t.end();
});

t.test('a quiet settle time is UNCHANGED in a night', t => {
  const file = 'nightly.yaml';
  const matrix = loadMatrix(readProject(`matrices/${file}`), { file, workloads, fragments: known });
  const random = makeRandom(3);
  const settled = () => Math.round(1e9 + 1e7 * normal(random));
  t.match(verdictOn(matrix, 'settle_ns', settled), /^UNCHANGED 12 /);
  t.end();
});

t.test('no shipped matrix gates a total of cells that run for a fixed time', t => {
  const { metrics, totals } = gateNames({});
  const gated = (gates: Matrix['gates'], design: Matrix['cells'][number]['design']) =>
    metricDefinitions({ workloadMetrics: {}, gates, emulated: false, measured: new Set(metrics), design })
      .filter(definition => definition.gated)
      .map(({ name }) => name);
  const designs = new Set<string>();
  for (const file of yamlFiles('matrices')) {
    const { gates, cells } = loadMatrix(readProject(`matrices/${file}`), {
      file,
      workloads,
      fragments: known,
      gateNames: () =>
        gateNames(Object.fromEntries([...workloads.values()].map(({ name, metrics }) => [name, metrics]))),
    });
    for (const { design } of cells) {
      designs.add(design);
      const names = gated(gates, design);
      t.same(
        names.filter(name => totals.includes(name)).length > 0,
        design === 'fixed-work',
        `${file}, ${design}: ${names.join()}`,
      );
      t.equal(names.includes('waste_per_request'), design === 'fixed-time', `${file}, ${design}: the rate`);
    }
  }
  t.same([...designs].sort(), ['fixed-time', 'fixed-work']);
  t.end();
});
