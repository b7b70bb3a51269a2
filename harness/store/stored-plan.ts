import { InfrastructureError } from '../errors.ts';
import type { Cell } from '../matrix/matrix.ts';
import type { Plan, Trial } from '../plan/trial.ts';

/** plan.json: the plan with each cell written once, not once per trial. */
export interface StoredPlan {
  version: 1;
  matrix: string;
  seed: number;
  digest: string;
  cells: Cell[];
  trials: { id: string; cell: string; repetition: number; order: number }[];
}

/** The plan as it is written. */
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
 * The plan as it was. Trials of one cell share the object.
 * @throws InfrastructureError FILE_DAMAGED when a trial names a cell that is not there
 */
export function decodePlan(stored: StoredPlan, file: string): Plan {
  if (!Array.isArray(stored.cells) || !Array.isArray(stored.trials)) {
    throw damaged(file, 'has no list of cells or trials');
  }
  const cells = new Map(stored.cells.map(cell => [cell.id, readCell(cell)]));
  const trials = stored.trials.map((trial): Trial => {
    const cell = cells.get(trial.cell);
    if (!cell)
      throw damaged(
        file,
        `names the cell ${JSON.stringify(trial.cell)} in trial ${trial.id} and does not describe it`,
      );
    return { id: trial.id, cell, repetition: trial.repetition, order: trial.order };
  });
  return { matrix: stored.matrix, seed: stored.seed, digest: stored.digest, trials, cells: stored.cells };
}

/** Plans of before workloads had a design do not tell it. */
function readCell(cell: Omit<Cell, 'design'> & Partial<Pick<Cell, 'design'>>): Cell {
  return { ...cell, design: cell.design ?? 'fixed-work' };
}

function damaged(file: string, what: string): InfrastructureError {
  return new InfrastructureError('FILE_DAMAGED', `${file} ${what}`, {
    hint: 'Restore the file from its copy, or leave this run out.',
  });
}
