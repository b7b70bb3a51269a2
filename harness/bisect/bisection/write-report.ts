import { judgedMetrics } from '../../judgement/definition.ts';
import type { Cell } from '../../matrix/matrix.ts';
import type { Workloads } from '../../matrix/workload/workload-catalog.ts';
import type { Metric } from '../../measurement/metric.ts';
import type { Scalar } from '../../statistics/samples/value.ts';
import { formatBytes, plural } from '../../units.ts';
import type { CommitNames } from '../report/commit-names.ts';
import { conclusionLines } from '../report/conclusion-text.ts';
import { posteriorPage } from '../report/posterior-page.ts';
import { beforeAfterTable, regressionMail } from '../report/regression-mail.ts';
import type { Conclusion } from '../search/conclusion.ts';
import type { Ledger } from '../search/ledger.ts';
import { KernelTree } from '../tree/kernel-tree.ts';
import { maintainersOf } from '../tree/maintainers.ts';
import type { StoredBisection } from './bisection.ts';
import { readBisectionLog } from './bisection-log.ts';
import type { Cells } from './subject.ts';

/** The input of a report. */
export interface ConcludedBisection {
  stored: StoredBisection;
  conclusion: Conclusion;
  ledger: Ledger;
  names: CommitNames;
  cells: Cells;
  workloads: Workloads;
}

/**
 * Writes report/bisect.txt and bisect.html, and for a regression a mail, report/mail.txt.
 * @returns the content of bisect.txt
 */
export async function writeBisectionReport(
  bisection: ConcludedBisection,
  signal: AbortSignal,
): Promise<string> {
  const { stored, conclusion, ledger, names } = bisection;
  const { folder, record } = stored;
  const { terms } = record;
  const metric = metricOf(bisection);
  const lines = conclusionLines({ conclusion, ledger, names, terms, metric: metric.name });
  const fresh = freshValues(ledger);
  if (conclusion.kind === 'found' && fresh !== undefined)
    lines.push('', ...beforeAfterTable({ metric, ...fresh }));
  const text = `${lines.join('\n')}\n`;
  await folder.run.writeReport('bisect.txt', text);
  const log = await readBisectionLog(folder.logFile);
  await folder.run.writeReport('bisect.html', posteriorPage(log, folder.logFile, names, lines));
  if (conclusion.kind !== 'found' || fresh === undefined || terms.bad === 'fixed') return text;
  const culprit = names.facts(fresh.commit);
  if (culprit === undefined) return text;
  const tree = await KernelTree.open(record.tree, { signal });
  const { conditions } = record;
  const host = conditions
    ? ` under ${conditions.accelerator}, QEMU ${conditions.qemu}, on ${conditions.cpuModel}`
    : '';
  const mail = regressionMail({
    found: conclusion,
    culprit,
    introduced: conclusion.culprits.length === 1 ? culprit.id : `${fresh.parent}..${culprit.id}`,
    metric,
    ...fresh,
    guest: `${guestOf(bisection.cells[ledger.confirmingCell] ?? bisection.cells[0])}${host}`,
    maintainers: await maintainersOf(tree, culprit.id, { signal }),
    cost: ledger.spent,
  });
  await folder.run.writeReport('mail.txt', mail);
  return text;
}

function guestOf({ workload, config, vcpus, memoryBytes }: Cell): string {
  return `workload ${workload.name}, config ${config}, ${plural(vcpus, 'vCPU')}, ${formatBytes(memoryBytes)}`;
}

function metricOf({ stored, workloads }: ConcludedBisection): Metric {
  const { metric: name, workload } = stored.record;
  const metric = judgedMetrics({ [workload]: workloads.get(workload)?.metrics ?? [] }).get(name);
  if (metric === undefined) throw new RangeError(`${workload} no longer has the metric ${name}`);
  return metric;
}

/** The values of the confirmation, for a suspect and all its parents. */
function freshValues(
  ledger: Ledger,
): { commit: string; parent: string; before: Scalar[]; after: Scalar[] } | undefined {
  const attempt = ledger.attempts.at(-1);
  const parent = attempt?.good[0];
  if (attempt === undefined || parent === undefined) return undefined;
  return {
    commit: attempt.bad,
    parent,
    before: attempt.good.flatMap(good => attempt.values.get(good) ?? []),
    after: attempt.values.get(attempt.bad) ?? [],
  };
}
