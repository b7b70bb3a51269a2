import { z } from 'zod';
import type { Cell } from '../matrix/matrix.ts';
import type { Plan, Trial } from '../plan/trial.ts';
import { cellSchema } from './matrix-schema.ts';
import { count, id, objectOf, repetition, text } from './schema.ts';
import { damagedFile, type FileFormat } from './stored-file.ts';

/** A trial in plan.json, with the ID of its cell. */
interface StoredTrial extends Omit<Trial, 'cell'> {
  cell: string;
}

/** plan.json: the plan, with each cell stored once instead of once per trial. */
export interface StoredPlan {
  version: 1;
  matrix: string;
  seed: number;
  digest: string;
  cells: Cell[];
  trials: StoredTrial[];
}

/** plan.json, in version 1. */
export const planFormat: FileFormat<StoredPlan> = {
  version: 1,
  checked: true,
  schema: objectOf<StoredPlan>({
    version: z.literal(1),
    matrix: z.string(),
    seed: count,
    digest: text,
    cells: z.array(cellSchema),
    trials: z.array(objectOf<StoredTrial>({ id, cell: id, repetition, order: count })),
  }),
  remedy: 'Restore the file from its copy, or leave this run out.',
};

/** The plan as stored. */
export function encodePlan(plan: Plan): StoredPlan {
  return {
    version: 1,
    matrix: plan.matrix,
    seed: plan.seed,
    digest: plan.digest,
    cells: plan.cells,
    trials: plan.trials.map(({ id, cell, repetition, order }) => ({ id, cell: cell.id, repetition, order })),
  };
}

/**
 * Restores the plan. Trials of one cell share the object.
 * @throws InfrastructureError FILE_DAMAGED if a trial names a missing cell, or an ID is used twice
 */
export function decodePlan(stored: StoredPlan, file: string): Plan {
  const cells = new Map(stored.cells.map(cell => [cell.id, cell]));
  if (cells.size < stored.cells.length) {
    throw damagedFile(file, 'two cells have the same ID', planFormat.remedy);
  }
  const ids = new Set<string>();
  const trials = stored.trials.map((trial, place): Trial => {
    const cell = cells.get(trial.cell);
    if (cell === undefined) {
      throw damagedFile(file, `trials[${place}].cell: there is no cell ${trial.cell}`, planFormat.remedy);
    }
    if (ids.has(trial.id)) {
      throw damagedFile(file, `trials[${place}].id: ${trial.id} is used twice`, planFormat.remedy);
    }
    ids.add(trial.id);
    return { ...trial, cell };
  });
  return { matrix: stored.matrix, seed: stored.seed, digest: stored.digest, trials, cells: stored.cells };
}
