import type { Cell, WorkloadSetting } from '../matrix.ts';
import type { SourcePath, YamlSource } from '../source/yaml-source.ts';
import { parameterText, readParameter } from '../workload/parameter.ts';
import { type AxisContext, findWorkload } from './axis.ts';
import type { AxisTable } from './axis-reader.ts';
import { type Draft, makeCell, parameterPrefix } from './cell.ts';

/** A cell, with the locations of its values in the file. */
export interface PlacedCell {
  cell: Cell;
  draft: Draft;
}

/** Maximum number of cells in a matrix, and in one entry of `include`. */
export const maximumCells = 100_000;

/** The number of combinations of a table, without creating them. */
export function countCombinations(table: AxisTable): number {
  return lengthsOf(table).reduce((product, [, length]) => product * length, 1);
}

/** `vcpus (255) x memory (400)`: the axes that make a matrix too large. */
export function describeCombinations(table: AxisTable): string {
  return lengthsOf(table)
    .filter(([, length]) => length > 1)
    .map(([axis, length]) => `${axis} (${length})`)
    .join(' x ');
}

function lengthsOf(table: AxisTable): [string, number][] {
  return table.order.map(axis => [axis, choicesOf(table, axis).length]);
}

function choicesOf(table: AxisTable, axis: string): readonly { path: SourcePath; value: unknown }[] {
  if (axis === 'workload') return table.workload ?? [];
  if (axis.startsWith(parameterPrefix)) return table.parameters.get(axis.slice(parameterPrefix.length)) ?? [];
  return table.plain.get(axis as never) ?? [];
}

/** All combinations of a table over a draft of defaults; the last axis of the file varies fastest. */
export function expandTable(table: AxisTable, defaults: Draft, context: AxisContext): PlacedCell[] {
  let drafts: Draft[] = [defaults];
  for (const axis of table.order) {
    drafts = drafts.flatMap(draft => choicesOf(table, axis).map(choice => withChoice(draft, axis, choice)));
  }
  return drafts.map(draft => ({ draft, cell: makeCell(draft, context) }));
}

function withChoice(draft: Draft, axis: string, choice: { path: SourcePath; value: unknown }): Draft {
  if (axis === 'workload') return { ...draft, workload: choice as Draft['workload'] };
  if (axis.startsWith(parameterPrefix)) {
    return { ...draft, parameters: { ...draft.parameters, [axis.slice(parameterPrefix.length)]: choice } };
  }
  return { ...draft, plain: { ...draft.plain, [axis]: choice } };
}

/** One value of an `exclude` entry. */
interface Matcher {
  path: SourcePath;
  axis: string;
  matches(cell: Cell): boolean;
}

/** The cells that no entry of `exclude` removes. An entry or value that removes none is reported. */
export function applyExcludes(
  source: YamlSource,
  cells: readonly PlacedCell[],
  excludes: readonly AxisTable[],
  context: AxisContext,
): PlacedCell[] {
  const gone = new Set<PlacedCell>();
  for (const [index, table] of excludes.entries()) {
    const groups = table.order.map(axis => matchersOf(table, axis, context));
    const before = source.count;
    for (const matcher of groups.flat()) {
      if (!cells.some(({ cell }) => matcher.matches(cell))) reportNoMatch(source, matcher, cells);
    }
    const hits = cells.filter(({ cell }) =>
      groups.every(group => group.some(matcher => matcher.matches(cell))),
    );
    for (const hit of hits) gone.add(hit);
    if (hits.length === 0 && source.count === before) {
      source.report(
        ['exclude', index],
        'this excludes nothing: no cell has these values together',
        'Remove or fix it.',
      );
    }
  }
  return cells.filter(cell => !gone.has(cell));
}

function reportNoMatch(source: YamlSource, matcher: Matcher, cells: readonly PlacedCell[]): void {
  const there = [...new Set(cells.map(({ cell }) => cell.settings[matcher.axis]))].slice(0, 12).join(', ');
  source.report(
    matcher.path,
    `this excludes nothing: no cell has this ${matcher.axis}`,
    `The cells have: ${there}.`,
  );
}

function matchersOf(table: AxisTable, axis: string, context: AxisContext): Matcher[] {
  if (axis === 'workload') {
    return (table.workload ?? []).map(({ path, value }) => ({
      path,
      axis,
      matches: cell => hasWorkload(cell, value),
    }));
  }
  if (axis.startsWith(parameterPrefix)) {
    const name = axis.slice(parameterPrefix.length);
    return (table.parameters.get(name) ?? []).map(({ path, value }) => ({
      path,
      axis,
      matches: cell => hasParameter(cell, name, value, context),
    }));
  }
  const choices = table.plain.get(axis as never) ?? [];
  return choices.map(({ path, value }) => ({
    path,
    axis,
    matches: cell =>
      cell.settings[axis] === value.text ||
      (axis === 'config' && sortedConfig(cell.config) === value.identity),
  }));
}

function sortedConfig(config: string): string {
  return config.split('+').sort().join('+');
}

function hasWorkload(cell: Cell, wanted: WorkloadSetting): boolean {
  if (cell.workload.name !== wanted.name) return false;
  return Object.entries(wanted.parameters).every(([name, value]) => cell.workload.parameters[name] === value);
}

function hasParameter(cell: Cell, name: string, raw: unknown, context: AxisContext): boolean {
  const definition = findWorkload(context, cell.workload.name).parameters.find(one => one.name === name);
  if (definition === undefined) return false;
  return cell.settings[parameterPrefix + name] === parameterText(definition, readParameter(definition, raw));
}
