import type { BootStats } from '../../judgement/side.ts';
import type { DuplicateModule, DuplicateReason } from '../../measurement/module-stats/module-stats.ts';
import { plural } from '../../units.ts';
import { type Column, renderTable } from '../text/table.ts';
import { plainText } from './mail-text.ts';

/** Failed duplicate loads of one module, on average over the boots of a side. */
interface Share {
  times: number;
  reason: string;
}

const becomingAndLoad = 'Becoming & Load';
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
  const totalOf = (name: string) => Math.max(...shares.map(share => share.get(name)?.times ?? 0));
  const names = [...new Set(shares.flatMap(share => [...share.keys()]))].sort(
    (a, b) => totalOf(b) - totalOf(a) || (a < b ? -1 : 1),
  );
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

function sharesOf(boots: readonly BootStats[]): Map<string, Share> {
  const found = new Map<string, { count: number; reasons: Set<DuplicateReason> }>();
  for (const { name, count, reason } of boots.flatMap(
    ({ duplicates }): readonly DuplicateModule[] => duplicates,
  )) {
    const known = found.get(name) ?? { count: 0, reasons: new Set() };
    known.count += count;
    known.reasons.add(reason);
    found.set(name, known);
  }
  return new Map(
    [...found].map(([name, { count, reasons }]) => [
      name,
      { times: count / boots.length, reason: joinReasons(reasons) },
    ]),
  );
}

/** One boot failed early, another late: both, as the kernel names what happened in one boot. */
function joinReasons(reasons: ReadonlySet<DuplicateReason>): string {
  const [only, another] = [...reasons];
  if (only !== undefined && another === undefined) return only;
  return reasons.has('Bug-on-stats') ? [...reasons].join(', ') : becomingAndLoad;
}

/** A module that a side does not list was loaded in vain there in no boot. */
function cells(share: Share | undefined, short: boolean): string[] {
  if (share === undefined) return ['0', ''];
  const reason = short ? share.reason.replace(becomingAndLoad, both) : share.reason;
  return [timesText(share.times), reason];
}

function timesText(times: number): string {
  return Number.isInteger(times) ? String(times) : times.toFixed(times < 10 ? 1 : 0);
}

function restLine(names: readonly string[], shares: readonly ReadonlyMap<string, Share>[]): string[] {
  if (names.length === 0) return [];
  const totals = shares.map(share => names.reduce((sum, name) => sum + (share.get(name)?.times ?? 0), 0));
  return [`and ${plural(names.length, 'module')} more: ${totals.map(timesText).join(' -> ')}`];
}
