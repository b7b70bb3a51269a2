import type { RunContent } from '../../store/run-folder.ts';
import { sequentialProgress } from './sequential.ts';

/** Planned boots of a cell that its run left out on purpose. */
export interface SparedTrials {
  count: number;
  /** Number of boots after which the looks had decided the cell. */
  after: number;
}

/**
 * The boots that the looks of a sequential run made unnecessary, by cell ID: those after the look that decided every pair
 * of the cell. Boots that an interrupted run still has to do are not included.
 */
export function sparedTrials(content: RunContent): Map<string, SparedTrials> {
  const { run, plan, records } = content;
  const spared = new Map<string, SparedTrials>();
  const { trials } = run.matrix;
  const progress = sequentialProgress(content);
  if (progress === undefined || trials.kind !== 'looks') return spared;
  const filling = progress.awaited.size > 0 ? trials.looks[progress.taken] : undefined;
  const done = new Set(records.map(({ trial }) => trial));
  for (const { id, cell, repetition } of plan.trials) {
    const after = progress.wanted.get(cell.id);
    if (after === undefined || done.has(id)) continue;
    const open = filling !== undefined && after >= filling;
    if (open || repetition <= after) continue;
    spared.set(cell.id, { count: (spared.get(cell.id)?.count ?? 0) + 1, after });
  }
  return spared;
}
