import { canonicalJson } from '../../files/digest.ts';
import { type SessionSpread, sessionSpread } from '../../statistics/series/session-spread.ts';
import type { CellPair } from '../pairing.ts';
import type { Side, SideCell } from '../side.ts';

/** What sessions of one kernel say of a metric of one pair. */
export interface KnownSpread {
  /** Sessions of that kernel under like conditions; the new side is none of them. */
  sessions: number;
  /** Undefined where they are too few. */
  spread: SessionSpread | undefined;
}

/**
 * Runs and baselines as sessions: what a metric of one kernel does from one run to the next, on one host, with one QEMU,
 * in one cell. Two sessions that differ say nothing of two kernels until it is known how much two sessions of one kernel do.
 */
export class Sessions {
  readonly #groups = new Map<string, Map<string, SideCell>>();

  /** Adds a side; a text is no session, and a run counts once, whether it comes as run or as baseline. */
  add(side: Side): void {
    if (side.run === undefined) return;
    for (const cell of side.cells) {
      const key = keyOf(side, cell);
      if (key === undefined) continue;
      const group = this.#groups.get(key) ?? new Map<string, SideCell>();
      this.#groups.set(key, group);
      if (!group.has(side.run)) group.set(side.run, cell);
    }
  }

  /** The spread by the kernel of the pair, old or new, of which there are more sessions; the new side is left out. */
  spreadOf(base: Side, next: Side, pair: CellPair, metric: string): KnownSpread {
    const old = this.ofCell(base, pair.base, metric, next.run);
    const other = this.ofCell(next, pair.candidate, metric, next.run);
    return other.sessions > old.sessions ? other : old;
  }

  /** The spread by the kernel of a cell, from all its sessions but the run `without`. */
  ofCell(side: Side, cell: SideCell, metric: string, without?: string): KnownSpread {
    const key = keyOf(side, cell);
    const group = key === undefined ? undefined : this.#groups.get(key);
    const values = [...(group ?? [])].flatMap(([run, one]) => {
      const own = run === without ? undefined : one.values.get(metric);
      return own?.some(value => value !== null) ? [own] : [];
    });
    return { sessions: values.length, spread: sessionSpread(values) };
  }
}

/** Undefined where the kernel or the conditions are not known. */
function keyOf(side: Side, cell: SideCell): string | undefined {
  if (cell.kernel === undefined || cell.facts === undefined || side.facts === undefined) return undefined;
  return canonicalJson([cell.kernel, cell.settings, side.facts, cell.facts]);
}
