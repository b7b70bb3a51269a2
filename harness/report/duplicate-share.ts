import type { BootStats } from '../judgement/side.ts';
import type { DuplicateModule, DuplicateReason } from '../measurement/module-stats/module-stats.ts';

/** Failed duplicate loads of one module, on average over the boots of a side. */
export interface DuplicateShare {
  /** Mean number per boot. */
  times: number;
  /** The kernel's name of it. */
  reason: string;
}

/** The kernel's term for a module that failed early and late in one boot. */
export const becomingAndLoad = 'Becoming & Load';

/** The failed duplicate loads of some boots by module. */
export function sharesOf(boots: readonly BootStats[]): Map<string, DuplicateShare> {
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

/** If one boot failed early and another late, use the kernel's term for both in one boot. */
function joinReasons(reasons: ReadonlySet<DuplicateReason>): string {
  const [only, another] = [...reasons];
  if (only !== undefined && another === undefined) return only;
  return reasons.has('Bug-on-stats') ? [...reasons].join(', ') : becomingAndLoad;
}

/** The modules of some sides, those with the most failed duplicate loads first. */
export function modulesOf(shares: readonly ReadonlyMap<string, DuplicateShare>[]): string[] {
  const totalOf = (name: string) => Math.max(...shares.map(share => share.get(name)?.times ?? 0));
  return [...new Set(shares.flatMap(share => [...share.keys()]))].sort(
    (a, b) => totalOf(b) - totalOf(a) || (a < b ? -1 : 1),
  );
}

/** A mean count: `216`, `3.5`. */
export function timesText(times: number): string {
  return Number.isInteger(times) ? String(times) : times.toFixed(times < 10 ? 1 : 0);
}
