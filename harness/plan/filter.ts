import { UsageError } from '../errors.ts';
import { canonicalText } from '../matrix/axes/canonical-text.ts';
import { expandRange, integerRange, isRange } from '../matrix/axes/range.ts';
import type { Cell, Matrix } from '../matrix/matrix.ts';
import { nearest, suggest } from '../matrix/source/nearest.ts';

/** One `axis=value,value` from the command line. */
interface Filter {
  text: string;
  axis: string;
  values: string[];
}

/**
 * The cells that satisfy every filter. A filter is `axis=value`, with several values separated by commas (or), and
 * ranges of numbers: `vcpus=2..8`. `id=3fa94c` selects cells by the beginning of their ID.
 * @throws UsageError FILTER_INVALID if a filter is not of the form `axis=value` or names no axis
 * @throws UsageError FILTER_SELECTS_NOTHING
 */
export function filterCells(matrix: Matrix, filters: readonly string[]): Cell[] {
  const axes = [...new Set(matrix.cells.flatMap(cell => Object.keys(cell.settings)))];
  const parsed = filters.map(text => parseFilter(text, axes));
  let cells = matrix.cells;
  for (const filter of parsed) {
    const kept = cells.filter(cell => satisfies(cell, filter));
    if (kept.length === 0) throw nothingLeft(filter, cells, matrix.cells);
    cells = kept;
  }
  return [...cells];
}

function parseFilter(text: string, axes: readonly string[]): Filter {
  const split = text.indexOf('=');
  const axis = text.slice(0, Math.max(0, split)).trim();
  if (axis === '') {
    const hint = 'Write axis=value, such as --filter vcpus=8.';
    throw new UsageError(
      'FILTER_INVALID',
      `the filter ${JSON.stringify(text)} is not of the form axis=value`,
      { hint },
    );
  }
  if (axis !== 'id' && !axes.includes(axis)) {
    const hint = suggest(axis, axes);
    throw new UsageError(
      'FILTER_INVALID',
      `the filter ${JSON.stringify(text)} names no axis of this matrix`,
      { hint },
    );
  }
  const whole = text.slice(split + 1);
  // A command line or a CPU model may contain commas. The first spelling that matches a cell decides.
  const values = [whole, ...whole.split(',')].flatMap(value => expandFilterValue(axis, value.trim()));
  return { text, axis, values: [...new Set(values)] };
}

function expandFilterValue(axis: string, value: string): string[] {
  if (!isRange(value) || !/^[0-9]/.test(value)) return [canonicalText(axis, value)];
  return expandRange(value, integerRange).map(String);
}

function satisfies(cell: Cell, filter: Filter): boolean {
  if (filter.axis === 'id') return filter.values.some(value => value !== '' && cell.id.startsWith(value));
  if (!Object.hasOwn(cell.settings, filter.axis)) return false;
  const setting = cell.settings[filter.axis];
  const texts = [
    setting === undefined ? undefined : canonicalText(filter.axis, setting),
    cell.names?.[filter.axis],
  ];
  return texts.some(text => text !== undefined && filter.values.includes(text));
}

function nothingLeft(filter: Filter, left: readonly Cell[], all: readonly Cell[]): UsageError {
  const valuesOf = (cells: readonly Cell[]): string[] => [
    ...new Set(cells.flatMap(cell => (filter.axis === 'id' ? cell.id : (cell.settings[filter.axis] ?? [])))),
  ];
  const message = `the filter ${JSON.stringify(filter.text)} matches no cell`;
  const excludedBefore = all.some(cell => satisfies(cell, filter));
  const hint = excludedBefore
    ? `Such cells exist, but the other filters leave only ${filter.axis}: ${valuesOf(left).slice(0, 12).join(', ')}.`
    : suggestValue(filter, valuesOf(all));
  return new UsageError('FILTER_SELECTS_NOTHING', message, { hint });
}

function suggestValue(filter: Filter, known: readonly string[]): string {
  const wanted = filter.values[0] ?? '';
  const numeric = /^[0-9]+$/.test(wanted);
  const meant = numeric ? undefined : nearest(wanted, known);
  if (meant !== undefined) return `Did you mean ${filter.axis}=${meant}?`;
  return `The cells have ${filter.axis}: ${known.slice(0, 12).join(', ')}${known.length > 12 ? ' ...' : ''}.`;
}
