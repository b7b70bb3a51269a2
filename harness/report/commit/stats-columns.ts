import type { BootStats } from '../../judgement/side.ts';
import { wastedLabel } from '../../measurement/module-stats/kernel-counter.ts';
import { formatBytes } from '../../units.ts';
import { statsLabels, statsLines } from '../formats/stats.ts';
import { renderTable } from '../text/table.ts';
import { signed } from './number.ts';

/**
 * One boot of each side in the layout of the kernel's `stats` text, side by side, with the change. Lines that a side does not
 * have show `-`.
 */
export function statsColumns(before: BootStats, after: BootStats): string[] {
  const sides = [before, after].map(boot => new Map(statsLines(boot)));
  const rows = statsLabels.flatMap(label => {
    const [from, to] = sides.map(side => side.get(label));
    return from === undefined && to === undefined
      ? []
      : [[label, text(from), text(to), changeText(from, to)]];
  });
  const wasted = sides.map(side => side.get(wastedLabel));
  const table = renderTable(
    [
      { head: [''], align: 'right' },
      { head: ['before'], align: 'right' },
      { head: ['after'], align: 'right' },
      { head: ['change'], align: 'right' },
    ],
    rows,
  );
  return [wastedLine(wasted[0], wasted[1]), ...table].filter(line => line !== undefined);
}

/** `wasted: 13.59 GiB before, 226.53 MiB after (-98.4%)`: the most important line of the table, with units. */
function wastedLine(from: bigint | undefined, to: bigint | undefined): string | undefined {
  if (from === undefined || to === undefined) return undefined;
  return `wasted: ${formatBytes(from)} before, ${formatBytes(to)} after (${changeText(from, to)})`;
}

function text(value: bigint | undefined): string {
  return value === undefined ? '-' : String(value);
}

function changeText(from: bigint | undefined, to: bigint | undefined): string {
  if (from === undefined || to === undefined) return '-';
  if (from === to) return '0';
  if (from === 0n) return 'new';
  const percent = (Number(to - from) / Number(from)) * 100;
  return `${signed(percent, 1)}%`;
}

/** The boot with the median waste, the lower of two; undefined if no boot passed. */
export function medianBoot(boots: readonly BootStats[]): BootStats | undefined {
  const sorted = boots
    .map(boot => ({ boot, wasted: wastedOf(boot) }))
    .sort((a, b) => (a.wasted < b.wasted ? -1 : Number(a.wasted > b.wasted)));
  return sorted[Math.floor((sorted.length - 1) / 2)]?.boot;
}

function wastedOf(boot: BootStats): bigint {
  return new Map(statsLines(boot)).get(wastedLabel) ?? 0n;
}
