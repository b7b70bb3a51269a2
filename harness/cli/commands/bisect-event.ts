import type { BisectionSubject } from '../../bisect/bisection/bisection.ts';
import type { EarlierBoots } from '../../bisect/bisection/bisection-record.ts';
import { UsageError } from '../../errors.ts';
import { confirmableEvent } from '../../judgement/history/confirmation.ts';
import { comparedRuns, type HistoryEvent } from '../../judgement/history/history-event.ts';
import type { SideCell } from '../../judgement/side.ts';
import { comparisonGroup } from '../../matrix/comparison-group.ts';
import type { KernelSource } from '../../matrix/matrix.ts';
import { RunFolder } from '../../store/run-folder.ts';
import type { RunRecord } from '../../store/run-record.ts';
import { loadRun } from '../comparison-input.ts';
import { restoreMatrix } from '../inputs.ts';
import { readHistory } from './history.ts';

/** One of the two runs of an event. */
interface Night {
  run: RunRecord;
  cell: SideCell;
  /** The tree and commit that it booted. */
  tree: string;
  revision: string;
}

/**
 * The parameters of a bisection from an event of a history: the tree and commits that the two runs booted, the cell, the
 * metric, and the boots of both ends.
 * @throws UsageError HISTORY_EVENT, HISTORY_KERNELS if the runs did not boot commits of one git tree
 */
export async function subjectOfEvent(
  id: string,
  { results }: { results: string },
): Promise<BisectionSubject> {
  const { history } = await readHistory(results);
  const events = history.events().map(({ event }) => event);
  const event = confirmableEvent(events, id);
  const { before, after } = comparedRuns(event);
  const good = await nightOf(before.run, event, results);
  const bad = await nightOf(after.run, event, results);
  if (good.tree !== bad.tree) throw noTree(event, `${good.tree} is another tree than ${bad.tree}`);
  const { run } = bad;
  const { matrix } = await restoreMatrix(run.matrix.text, run.matrixFile);
  const cell = matrix.cells.find(one => one.id === bad.cell.id);
  if (cell === undefined)
    throw noTree(event, `the matrix of ${run.run} no longer has the cell ${event.cell}`);
  return {
    tree: bad.tree,
    good: good.revision,
    bad: bad.revision,
    terms: terms[event.direction],
    matrixFile: run.matrixFile,
    matrix,
    cells: [cell],
    metric: event.metric,
    worse: event.after > event.before ? 'higher' : 'lower',
    accelerator: run.accelerator.accelerator,
    earlier: { good: bootsOf(good, event.metric), bad: bootsOf(bad, event.metric) },
  };
}

const terms = {
  worse: { good: 'good', bad: 'bad' },
  better: { good: 'broken', bad: 'fixed' },
  changed: { good: 'old', bad: 'new' },
} as const;

async function nightOf(name: string, event: HistoryEvent, results: string): Promise<Night> {
  const { side, content } = await loadRun(await RunFolder.open(name, results));
  const { run } = content;
  const group = comparisonGroup(event.settings, undefined);
  const cell = side.cells.find(({ settings }) => comparisonGroup(settings, undefined) === group);
  const kernel = run.kernels.find(({ objectDigest }) => objectDigest === cell?.kernel);
  const source = kernel && run.matrix.kernels[kernel.kernel];
  if (cell === undefined || kernel === undefined || source === undefined)
    throw noTree(event, `${name} does not say which kernel it booted`);
  if (source.kind !== 'tree')
    throw noTree(event, `the kernel of ${name} is not from a git tree: ${kernel.origin}`);
  return { run, cell, tree: source.path, revision: revisionIn(kernel.origin, source, event) };
}

/** The commit as `git describe` named it at that time, because the branch in the matrix may have moved since. */
function revisionIn(
  origin: string,
  source: Extract<KernelSource, { kind: 'tree' }>,
  event: HistoryEvent,
): string {
  const prefix = `${source.path} `;
  if (source.patches !== undefined || !origin.startsWith(prefix))
    throw noTree(event, `${origin} is not a plain commit`);
  return origin.slice(prefix.length);
}

function bootsOf({ run, cell }: Night, metric: string): EarlierBoots {
  const values = (cell.values.get(metric) ?? []).filter(value => value !== null);
  return {
    run: run.run,
    code: cell.kernel ?? '',
    conditions: {
      cpuModel: run.host.cpuModel,
      qemu: run.qemu.version,
      accelerator: run.accelerator.accelerator,
    },
    values,
  };
}

function noTree(event: HistoryEvent, reason: string): UsageError {
  return new UsageError('HISTORY_KERNELS', `event ${event.id} cannot be bisected: ${reason}`, {
    hint: 'It needs two runs whose matrices name the kernel as `tree:` and `rev:` of one git tree.',
  });
}
