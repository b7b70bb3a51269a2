import type { BootTarget } from '../../../harness/bisect/search/action.ts';
import { nextAction } from '../../../harness/bisect/search/next-action.ts';
import type { Observation } from '../../../harness/bisect/search/observation.ts';
import { type SearchOptions, searchOptionsShape } from '../../../harness/bisect/search/options.ts';
import { replay, type SearchLog } from '../../../harness/bisect/search/search-log.ts';
import { linearHistory } from '../simulation/world.ts';

/** The log of a search over 16 commits whose boots give `valueAt`; it ends by itself, or after some steps. */
export function searchLog(
  valueAt: (place: number, reverted: boolean, cell: number) => number,
  options: Partial<SearchOptions> = {},
  steps = Number.POSITIVE_INFINITY,
): SearchLog {
  const commits = linearHistory(16).commits.map(commit => ({ ...commit, parents: [...commit.parents] }));
  const parsed = searchOptionsShape.parse({ worse: 'higher', seed: 1, ...options });
  const header = { bisect: 'modstorm', version: 1, commits, options: parsed } as const;
  const log: SearchLog = { header, observations: [], bytes: 0 };
  const ledger = replay(log, 'log');
  for (let step = 0; step < steps; step++) {
    const action = nextAction(ledger);
    if (action.kind === 'conclude') break;
    const { commit, without, purpose } = action;
    const source = { commit, ...(without !== undefined && { without }), purpose };
    const observation: Observation =
      action.kind === 'build'
        ? { type: 'built', ...source, seconds: 60 }
        : bootOf(action, valueAt(Number(commit.slice(1)), without !== undefined, action.cell ?? 0));
    log.observations.push(observation);
    ledger.observe(observation);
  }
  return log;
}

function bootOf({ commit, without, purpose, cell }: BootTarget, value: number): Observation {
  const place = { ...(without !== undefined && { without }), ...(cell !== undefined && { cell }) };
  return { type: 'booted', commit, ...place, purpose, seconds: 5, value };
}

/** From c9 on 40 instead of 39, and 39 with the change reverted. */
export const changeAtNine = (place: number, reverted: boolean) => (place >= 9 && !reverted ? 40 : 39);
