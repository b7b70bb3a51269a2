import { belongsToAxis, comparisonGroup } from '../matrix/comparison-group.ts';
import type { CompareSetting } from '../matrix/matrix.ts';
import { groupBy } from '../statistics/samples/group.ts';
import type { Side, SideCell } from './side.ts';

/** Two cells that differ only in what is compared. */
export interface CellPair {
  /** Unique among the pairs. For display. */
  name: string;
  base: SideCell;
  candidate: SideCell;
}

/** A cell without a counterpart. */
export interface Unmatched {
  side: 'base' | 'new';
  label: string;
  /** Why, as a phrase: `no cell of the base has vcpus=8`. */
  reason: string;
}

/** All pairs and all cells without a counterpart: nothing is dropped silently. */
export interface Pairing {
  pairs: CellPair[];
  unmatched: Unmatched[];
}

/** Pairs inside one run: every other value of an axis with its base. */
export function pairWithin(side: Side, compare: CompareSetting): Pairing {
  const groups = groupBy(side.cells, cell => comparisonGroup(cell.settings, compare.axis));
  const pairing: Pairing = { pairs: [], unmatched: [] };
  for (const cells of groups.values()) {
    const base = cells.find(cell => cell.settings[compare.axis] === compare.base);
    const others = cells.filter(cell => cell !== base);
    for (const candidate of others) {
      if (base) pairing.pairs.push({ name: pairName(candidate, compare.axis, side), base, candidate });
      else {
        const reason = `no cell with ${compare.axis}=${compare.base} is otherwise the same`;
        pairing.unmatched.push({ side: 'new', label: candidate.label, reason });
      }
    }
    if (base && others.length === 0) {
      const reason = `no cell with another ${compare.axis} is otherwise the same`;
      pairing.unmatched.push({ side: 'base', label: base.label, reason });
    }
  }
  return pairing;
}

/** Pairs of two sides: cells with the same settings, ignoring the compared axis. */
export function pairAcross(base: Side, next: Side, axis?: string): Pairing {
  const pairing: Pairing = { pairs: [], unmatched: [] };
  const byKey = groupBy(base.cells, cell => comparisonGroup(cell.settings, axis));
  const paired = new Set<SideCell>();
  const names = new Set<string>();
  for (const candidate of next.cells) {
    const partners = byKey.get(comparisonGroup(candidate.settings, axis)) ?? [];
    for (const partner of partners) {
      paired.add(partner);
      const several = partners.length > 1 && axis !== undefined;
      const name = several ? `${candidate.label} (base: ${axis}=${partner.settings[axis]})` : candidate.label;
      pairing.pairs.push({ name: uniqueName(name, candidate, names), base: partner, candidate });
    }
    if (partners.length === 0) {
      const reason = unmatchedReason(candidate, base.cells, 'the base', axis, pairing.unmatched.length);
      pairing.unmatched.push({ side: 'new', label: candidate.label, reason });
    }
  }
  for (const cell of base.cells) {
    if (paired.has(cell)) continue;
    const reason = unmatchedReason(cell, next.cells, 'the new side', axis, pairing.unmatched.length);
    pairing.unmatched.push({ side: 'base', label: cell.label, reason });
  }
  return pairing;
}

function pairName(candidate: SideCell, axis: string, side: Side): string {
  const others = side.varied.filter(
    name => !belongsToAxis(name, axis) && candidate.settings[name] !== undefined,
  );
  return [...others, axis]
    .map(name => `${name}=${candidate.names?.[name] ?? candidate.settings[name]}`)
    .join(' ');
}

/** Two cells may share a label when they come from matrices that vary different axes. */
function uniqueName(name: string, cell: SideCell, names: Set<string>): string {
  const unique = names.has(name) ? `${name} (${cell.id})` : name;
  names.add(unique);
  return unique;
}

/** The nearest cell is named for at most this many cells, because the search visits every cell of the other side. */
const explainedCells = 100;

function unmatchedReason(
  cell: SideCell,
  others: readonly SideCell[],
  where: string,
  axis: string | undefined,
  before: number,
): string {
  if (before >= explainedCells) return `${where} has no cell with the same settings`;
  return nearestReason(cell, others, where, axis);
}

/** Names the settings in which the most similar cell on the other side differs. */
function nearestReason(
  cell: SideCell,
  others: readonly SideCell[],
  where: string,
  axis: string | undefined,
): string {
  let nearest: { cell: SideCell; names: string[] } | undefined;
  for (const other of others) {
    const all = new Set([...Object.keys(cell.settings), ...Object.keys(other.settings)]);
    const names = [...all].filter(
      name => !belongsToAxis(name, axis) && cell.settings[name] !== other.settings[name],
    );
    if (nearest === undefined || names.length < nearest.names.length) nearest = { cell: other, names };
  }
  if (nearest === undefined) return `${where} has no cells`;
  const parts = nearest.names
    .slice(0, 4)
    .map(
      name =>
        `${name}: ${nearest.cell.settings[name] ?? 'absent'} there, ${cell.settings[name] ?? 'absent'} here`,
    );
  return `the nearest cell of ${where} differs in ${parts.join('; ')}`;
}
