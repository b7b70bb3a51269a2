import { stringify } from 'yaml';
import { UsageError } from '../../errors.ts';
import { suggest } from '../../matrix/source/nearest.ts';
import type { RunRecord } from '../../store/run-record.ts';
import type { Judgement } from '../judgement.ts';
import { comparedRuns, type HistoryEvent } from './history-event.ts';
import type { HistorySeries } from './history-series.ts';

/** Whether an A/B run agrees with an event of a history. */
export type Confirmation =
  /** There is no A/B run of it. */
  | 'unconfirmed'
  /** An A/B run proved a change in the same direction: now it counts. */
  | 'confirmed'
  /** An A/B run proved that there is no change as large as the gate, or a change in the other direction. */
  | 'refuted'
  /** An A/B run could not decide. */
  | 'open';

/** The location of a kernel that a run booted. */
export interface StoredKernel {
  image: string;
  modules: string;
}

/** Prefix of the names of matrices that confirm an event. The rest is its ID. */
export const confirmationPrefix = 'confirm-';

/** Boots per side at the looks of a confirmation. */
const looks = [8, 12, 20];

/** The name of the matrix that confirms an event. */
export function confirmationName(event: Pick<HistoryEvent, 'id'>): string {
  return `${confirmationPrefix}${event.id}`;
}

/**
 * The matrix of an A/B run that confirms an event: its one cell, with the very kernels that were booted before and after
 * the change.
 */
export function confirmationMatrix(
  event: HistoryEvent,
  kernels: { before: StoredKernel; after: StoredKernel },
): string {
  const axes: Record<string, unknown> = {};
  const parameters: Record<string, unknown> = {};
  for (const [setting, text] of Object.entries(event.settings)) {
    if (setting === 'kernel' || setting === 'workload' || text === '') continue;
    if (setting.startsWith('workload.')) parameters[setting.slice('workload.'.length)] = plain(text);
    else axes[setting] = plain(text);
  }
  const workload = event.settings['workload'];
  const { before, after } = comparedRuns(event);
  const document = {
    name: confirmationName(event),
    description: `Did ${event.metric} change from ${before.run} to ${after.run}?`,
    kernels,
    axes: { kernel: ['before', 'after'] },
    ...axes,
    workload: workload === undefined ? undefined : { [workload]: parameters },
    trials: { looks },
    compare: { axis: 'kernel', base: 'before' },
    gates: {
      [event.metric]: { worse: event.worse, 'at least': event.gate.atLeast, relative: event.gate.relative },
    },
  };
  return `# Made by \`modstorm history --confirm ${event.id}\`: the kernels of two runs, interleaved on one host.\n${stringify(document)}`;
}

/** Numbers and booleans as YAML scalars, so that a reader sees `8` instead of `"8"`. */
function plain(text: string): string | number | boolean {
  if (/^(?:0|[1-9][0-9]{0,14})$/.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  return text;
}

/**
 * The event with an ID, if an A/B run of the kernels can confirm it.
 * @throws UsageError HISTORY_EVENT if there is none, HISTORY_KERNELS if both runs booted the same kernel
 */
export function confirmableEvent(events: readonly HistoryEvent[], id: string): HistoryEvent {
  const found = events.find(event => event.id === id);
  if (found === undefined) {
    const hint = suggest(
      id,
      events.map(event => event.id),
    );
    throw new UsageError('HISTORY_EVENT', `the history has no event ${JSON.stringify(id)}`, { hint });
  }
  if (found.kernelChanged === false) {
    throw new UsageError('HISTORY_KERNELS', `the kernel did not change between the runs of event ${id}`, {
      hint: 'An A/B run of kernels cannot help: compare the host, QEMU and the userland of the two runs.',
    });
  }
  return found;
}

/**
 * Whether an A/B run booted the kernels of the event that its name claims. A drift continues: an A/B run from some nights
 * ago compared the first kernel with the one that was the last at that time.
 */
export function isRunOf(event: HistoryEvent, run: RunRecord, series: HistorySeries): boolean {
  const kernelOf = (name: string) => run.kernels.find(({ kernel }) => kernel === name)?.objectDigest;
  const { before, after } = comparedRuns(event);
  if (kernelOf('before') !== before.kernel) return false;
  if (event.kind === 'step') return kernelOf('after') === after.kernel;
  return series.points.some(({ kernel }) => kernel !== before.kernel && kernel === kernelOf('after'));
}

/** The verdict of an A/B run on the event. */
export function readConfirmation(event: HistoryEvent, judgement: Judgement): Confirmation {
  const judged = judgement.pairs
    .flatMap(({ metrics }) => metrics)
    .find(({ definition }) => definition.name === event.metric);
  if (judged === undefined) return 'open';
  const { changed, verdict, reason, comparison } = judged.result;
  if (changed) {
    const up = (comparison.effect?.estimate ?? 0) > 0;
    return up === event.after > event.before ? 'confirmed' : 'refuted';
  }
  // A series shows levels: an open question about rare bursts still refutes a shift of all boots.
  return verdict === 'UNCHANGED' || reason === 'bursts-open' ? 'refuted' : 'open';
}
