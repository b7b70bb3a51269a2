import { type Attempt, type AttemptOutcome, attemptOutcomes } from './attempt.ts';
import type { Requester } from './requester.ts';

/** What came of a number of attempts. Outcomes that did not happen are absent. */
export interface BlameTally {
  attempts: number;
  outcomes: Partial<Record<AttemptOutcome, number>>;
  /** Allocated and thrown away again. */
  bytes: number;
  /** Time spent in calls that loaded nothing: failed, merged. */
  waitNs: number;
}

/** What one requester did to one module. */
export interface BlamedModule extends BlameTally {
  /** Empty if the trace does not tell it. */
  module: string;
  /** Devices for which udev asked; 0 for others. */
  devices: number;
  /** An example of their paths, with numbers replaced by `*`. */
  device?: string;
  /** From the first call to the last. */
  spanNs: number;
}

/** One who asked, with everything that came of it. */
export interface BlameRow extends BlameTally {
  kind: Requester['kind'];
  /** `udev`; the requested name and the function that asked; or the programs, nearest first. */
  who: string;
  /** The call chain of a kernel request; the ancestors of a program. */
  chain: string[];
  /** Most wasteful first. */
  modules: BlamedModule[];
}

/** Rows and modules that a record keeps. A real boot has a handful. */
const rowLimit = 50;
const moduleLimit = 20;

/** The rows, most wasteful first: by bytes, then by duplicates and merged loads, then by attempts. */
export function blameAttempts(attempts: readonly Attempt[]): BlameRow[] {
  const rows = new Map<string, { row: BlameRow; modules: Map<string, Draft> }>();
  for (const attempt of attempts) {
    const { key, ...head } = identify(attempt.requester);
    const entry = rows.get(key) ?? { row: { ...head, ...emptyTally(), modules: [] }, modules: new Map() };
    rows.set(key, entry);
    count(entry.row, attempt);
    const name = attempt.module ?? '';
    const draft = entry.modules.get(name) ?? newDraft(name, attempt.startNs);
    entry.modules.set(name, draft);
    count(draft.tally, attempt);
    draft.lastNs = attempt.startNs;
    if (attempt.requester.kind === 'udev' && attempt.requester.device !== undefined)
      draft.devices.add(attempt.requester.device);
  }
  return [...rows.values()]
    .map(({ row, modules }) => ({
      ...row,
      modules: [...modules.values()].map(finishDraft).sort(byWaste).slice(0, moduleLimit),
    }))
    .sort(byWaste)
    .slice(0, rowLimit);
}

/** Loads that were unnecessary: duplicates, and those that only waited for another. */
export function needless({ outcomes }: BlameTally): number {
  return (outcomes['duplicate-early'] ?? 0) + (outcomes['duplicate-late'] ?? 0) + (outcomes.merged ?? 0);
}

/** Loads that failed otherwise than as duplicates. */
export function failedLoads({ outcomes }: BlameTally): number {
  return (outcomes['init-failed'] ?? 0) + (outcomes.refused ?? 0);
}

/** Adds up rows of several boots. */
export function mergeBlame(boots: readonly (readonly BlameRow[])[]): BlameRow[] {
  const rows = new Map<string, BlameRow>();
  for (const row of boots.flat()) {
    const key = JSON.stringify([row.kind, row.who, row.chain]);
    const known = rows.get(key);
    if (!known) rows.set(key, { ...structuredClone(row) });
    else {
      addTally(known, row);
      known.modules = mergeModules([...known.modules, ...row.modules]);
    }
  }
  return [...rows.values()].sort(byWaste);
}

function mergeModules(modules: readonly BlamedModule[]): BlamedModule[] {
  const merged = new Map<string, BlamedModule>();
  for (const one of modules) {
    const known = merged.get(one.module);
    if (!known) {
      merged.set(one.module, structuredClone(one));
      continue;
    }
    addTally(known, one);
    known.devices = Math.max(known.devices, one.devices);
    known.spanNs = Math.max(known.spanNs, one.spanNs);
  }
  return [...merged.values()].sort(byWaste);
}

interface Draft {
  module: string;
  tally: BlameTally;
  devices: Set<string>;
  firstNs: number;
  lastNs: number;
}

function newDraft(module: string, firstNs: number): Draft {
  return { module, tally: emptyTally(), devices: new Set(), firstNs, lastNs: firstNs };
}

function finishDraft({ module, tally, devices, firstNs, lastNs }: Draft): BlamedModule {
  const [example] = devices;
  return {
    module,
    ...tally,
    devices: devices.size,
    ...(example !== undefined && { device: example.replaceAll(/\d+/g, '*') }),
    spanNs: lastNs - firstNs,
  };
}

function identify(requester: Requester): {
  key: string;
  kind: Requester['kind'];
  who: string;
  chain: string[];
} {
  const { kind } = requester;
  switch (kind) {
    case 'udev':
      return { key: kind, kind, who: 'udev', chain: [] };
    case 'kernel': {
      const { name, chain } = requester;
      return {
        key: JSON.stringify([kind, name, chain]),
        kind,
        who: `${chain[0] ?? 'unknown'} for ${name}`,
        chain,
      };
    }
    case 'program': {
      const { chain } = requester;
      return { key: JSON.stringify([kind, chain]), kind, who: chain[0] ?? 'unknown', chain: chain.slice(1) };
    }
  }
}

function emptyTally(): BlameTally {
  return { attempts: 0, outcomes: {}, bytes: 0, waitNs: 0 };
}

function count(tally: BlameTally, { outcome, bytes, durationNs }: Attempt): void {
  tally.attempts++;
  tally.outcomes[outcome] = (tally.outcomes[outcome] ?? 0) + 1;
  tally.bytes += bytes;
  if (outcome !== 'loaded') tally.waitNs += durationNs;
}

function addTally(sum: BlameTally, more: BlameTally): void {
  sum.attempts += more.attempts;
  sum.bytes += more.bytes;
  sum.waitNs += more.waitNs;
  for (const outcome of attemptOutcomes) {
    const number = (sum.outcomes[outcome] ?? 0) + (more.outcomes[outcome] ?? 0);
    if (number > 0) sum.outcomes[outcome] = number;
  }
}

function byWaste(a: BlameTally, b: BlameTally): number {
  return b.bytes - a.bytes || needless(b) - needless(a) || b.attempts - a.attempts;
}
