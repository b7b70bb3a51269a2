import { canonicalJson } from '../../files/digest.ts';
import { type SessionSpread, sessionSpread } from '../../statistics/series/session-spread.ts';
import type { CellPair } from '../pairing.ts';
import type { Side, SideCell } from '../side.ts';

/** What the sessions of one kernel show about a metric of one pair. */
export interface KnownSpread {
  /** Number of sessions of that kernel under the same conditions, not counting the new side. */
  sessions: number;
  /** Undefined if there are too few. */
  spread: SessionSpread | undefined;
}

/**
 * Runs and baselines as sessions: how a metric of one kernel varies from one run to the next, on one host, with one QEMU,
 * in one cell. A difference between two sessions proves nothing about their kernels until it is known how much two
 * sessions of the same kernel differ.
 */
export class Sessions {
  readonly #groups = new Map<string, Map<string, SideCell>>();

  /** Adds a side. A text is not a session. A run counts once, even if it is added as a run and as a baseline. */
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

  /** The spread of whichever kernel of the pair, old or new, has more sessions, without the new side. */
  spreadOf(base: Side, next: Side, pair: CellPair, metric: string): KnownSpread {
    const old = this.ofCell(base, pair.base, metric, next.run);
    const other = this.ofCell(next, pair.candidate, metric, next.run);
    return other.sessions > old.sessions ? other : old;
  }

  /** The spread of the kernel of a cell, from all its sessions except the run `without`. */
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

/** Undefined if the kernel or the conditions are unknown. */
function keyOf(side: Side, cell: SideCell): string | undefined {
  if (cell.kernel === undefined || cell.facts === undefined || side.facts === undefined) return undefined;
  return canonicalJson([cell.kernel, cell.settings, side.facts, cell.facts]);
}
