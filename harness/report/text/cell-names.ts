import { makeLabel } from '../../matrix/axes/cell.ts';
import type { CellReport } from '../report-model.ts';

/** The names of cells, by the settings in which they differ, and the settings that they share. */
export interface CellNames {
  cells: CellReport[];
  /** `config=stats workload=storm`; empty if nothing that the matrix varies is shared. */
  shared: string;
}

/**
 * Gives cells labels without the settings that all of them share, as after `--filter`.
 * @param varied the axes that vary in the matrix
 */
export function tellApart(cells: readonly CellReport[], varied: readonly string[]): CellNames {
  const shared = varied.filter(axis => new Set(cells.map(({ cell }) => cell.settings[axis])).size <= 1);
  const [first] = cells;
  if (first === undefined || shared.length === 0 || shared.length === varied.length)
    return { cells: [...cells], shared: '' };
  const differing = varied.filter(axis => !shared.includes(axis));
  return {
    cells: cells.map(one => ({ ...one, cell: { ...one.cell, label: makeLabel(one.cell, differing, '') } })),
    shared: makeLabel(first.cell, shared, ''),
  };
}
