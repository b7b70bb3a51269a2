import type { Attempt } from './attempt.ts';

/** Comparisons that are worth it; a hostile trace could ask for any number. */
const comparisonLimit = 10_000_000;

/**
 * Names merged loads whose file is not known, such as those of a descriptor that was duplicated: a load that waited ended
 * because the one that it waited for ended, with the same result. Only if all such loads were of one module is it named.
 */
export function nameMergedLoads(attempts: readonly Attempt[]): void {
  const unknown = attempts.filter(({ outcome, module }) => outcome === 'merged' && module === undefined);
  const workers = attempts.filter(
    ({ call, outcome, module }) =>
      call === 'finit_module' && outcome !== 'merged' && outcome !== 'unfinished' && module !== undefined,
  );
  if (unknown.length * workers.length > comparisonLimit) return;
  for (const waiting of unknown) {
    const end = waiting.startNs + waiting.durationNs;
    const possible = workers.filter(
      worker =>
        worker.error === waiting.error &&
        worker.startNs <= end &&
        worker.startNs + worker.durationNs >= waiting.startNs,
    );
    const modules = new Set(possible.map(({ module }) => module));
    if (modules.size === 1) [waiting.module] = modules;
  }
}
