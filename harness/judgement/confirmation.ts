import { stringify } from 'yaml';
import type { HistoryEvent } from './history.ts';
import type { Judgement } from './judgement.ts';

/** Whether an A/B run agrees with an event of a history. */
export type Confirmation =
  /** No A/B run of it is there. */
  | 'unconfirmed'
  /** An A/B run proved a change in the same direction: now it counts. */
  | 'confirmed'
  /** An A/B run proved that there is no change as large as the gate, or one the other way. */
  | 'refuted'
  /** An A/B run could not decide. */
  | 'open';

/** Where a kernel lies that was booted once. */
export interface StoredKernel {
  image: string;
  modules: string;
}

/** Prefix of the names of matrices that confirm an event; the rest is its id. */
export const confirmationPrefix = 'confirm-';

/** Boots a side at the looks of a confirmation. */
const looks = [8, 12, 20];

/** The name of the matrix that confirms an event. */
export function confirmationName(event: Pick<HistoryEvent, 'id'>): string {
  return `${confirmationPrefix}${event.id}`;
}

/**
 * The matrix of an A/B run that confirms an event: its one cell, with the kernels from before and after the change, which
 * are taken as they were booted.
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
  const document = {
    name: confirmationName(event),
    description: `Did ${event.metric} change from ${event.lastBefore.run} to ${event.firstAfter.run}?`,
    kernels,
    axes: { kernel: ['before', 'after'] },
    ...axes,
    ...(workload !== undefined && { workload: { [workload]: parameters } }),
    trials: { looks },
    compare: { axis: 'kernel', base: 'before' },
    gates: {
      [event.metric]: { worse: event.worse, 'at least': event.gate.atLeast, relative: event.gate.relative },
    },
  };
  return `# Made by \`modstorm history --confirm ${event.id}\`: the kernels of two nights, interleaved on one host.\n${stringify(document)}`;
}

/** Numbers and truth values as YAML has them, so that a reader sees `8` and not `"8"`. */
function plain(text: string): string | number | boolean {
  if (/^(?:0|[1-9][0-9]{0,14})$/.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  return text;
}

/** What the judged A/B run of an event says about it. */
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
  // A series shows levels: that all boots moved is refuted where a rare burst is still possible.
  return verdict === 'UNCHANGED' || reason === 'bursts-open' ? 'refuted' : 'open';
}
