import type { BootStats } from '../../judgement/side.ts';
import { plural } from '../../units.ts';
import { becomingAndLoad, type DuplicateShare, modulesOf, sharesOf, timesText } from '../duplicate-share.ts';
import { type Column, renderTable } from '../text/table.ts';
import { plainText } from './mail-text.ts';

/** Its short form, where both sides stand beside each other. */
const both = 'Both';

/** The longest name of a module that is shown in full beside the numbers of both sides. */
const nameWidth = 24;

/**
 * Failed duplicate loads by module with the kernel's reason, those that were most often loaded in vain first; with a side
 * before, both beside each other. Empty when there are none.
 * @param top how many modules are shown, the others only counted
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

/** A module that a side does not list was loaded in vain there in no boot. */
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
