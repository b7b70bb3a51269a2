import type { BootStats } from '../../judgement/side.ts';
import { plural } from '../../units.ts';
import { becomingAndLoad, type DuplicateShare, modulesOf, sharesOf, timesText } from '../duplicate-share.ts';
import { type Column, renderTable } from '../text/table.ts';
import { plainText } from './mail-text.ts';

/** Its short form, for tables with both sides. */
const both = 'Both';

/** Maximum length of a module name in a table with both sides. */
const nameWidth = 24;

/**
 * Failed duplicate loads by module with the kernel's reason, most frequent first; side by side if there is a base side.
 * Empty if there are none.
 * @param top number of modules to show; the others are only counted
 */
export function duplicateTable(
  before: readonly BootStats[] | undefined,
  after: readonly BootStats[],
  top: number,
): string[] {
  const sides = [...(before ? [before] : []), after];
  const shares = sides.map(sharesOf);
  const names = modulesOf(shares);
  if (names.length === 0 || top === 0) return [];
  const heads = before ? ['before', 'after'] : [''];
  const columns: Column[] = heads.flatMap((head): Column[] => [
    { head: [head, 'times'], align: 'right' },
    { head: ['reason'], align: 'left' },
  ]);
  const rows = names
    .slice(0, top)
    .map(name => [
      plainText(name, nameWidth),
      ...shares.flatMap(share => cells(share.get(name), sides.length > 1)),
    ]);
  return [
    `Failed duplicate loads by module${meanPhrase(sides)}:`,
    ...renderTable([{ head: ['module'], align: 'left' }, ...columns], rows),
    ...restLine(names.slice(top), shares),
    ...(rows.flat().includes(both) ? [`${both}: ${becomingAndLoad}`] : []),
  ];
}

function meanPhrase(sides: readonly (readonly BootStats[])[]): string {
  const sizes = [...new Set(sides.map(side => side.length))];
  if (sizes.every(size => size <= 1)) return '';
  return sizes.length === 1
    ? `, mean of ${plural(sizes[0] ?? 0, 'boot')}`
    : `, means of ${sizes.join(' and ')} boots`;
}

/** A module that a side does not list had no failed duplicate loads there. */
function cells(share: DuplicateShare | undefined, short: boolean): string[] {
  if (share === undefined) return ['0', ''];
  const reason = short ? share.reason.replace(becomingAndLoad, both) : share.reason;
  return [timesText(share.times), reason];
}

function restLine(
  names: readonly string[],
  shares: readonly ReadonlyMap<string, DuplicateShare>[],
): string[] {
  if (names.length === 0) return [];
  const totals = shares.map(share => names.reduce((sum, name) => sum + (share.get(name)?.times ?? 0), 0));
  return [`and ${plural(names.length, 'module')} more: ${totals.map(timesText).join(' -> ')}`];
}
