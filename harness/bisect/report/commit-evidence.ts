import { escapeText } from '../../escape.ts';
import { plural } from '../../units.ts';
import { valueAt } from '../search/history.ts';
import { binaryEntropy } from '../search/information.ts';
import type { Ledger } from '../search/ledger.ts';
import type { Observation } from '../search/observation.ts';
import { replay, type SearchLog } from '../search/search-log.ts';
import type { CommitNames } from './commit-names.ts';
import { percent, type Terms } from './conclusion-text.ts';
import { cellOf } from './step-table.ts';

/** What is known of one commit. */
export interface CommitEvidence {
  /** By cell the values of its boots, in the order in which they were made. */
  values: (number | bigint)[][];
  /** Titles of the boots that gave none. */
  failures: string[];
  /** Why it cannot be tested. */
  untestable: string | undefined;
  /** Probability that it is the first bad commit, and that it is bad; undefined until the ends have been told apart. */
  first: number | undefined;
  bad: number | undefined;
  /** The latter without its own boots. */
  badWithout: number | undefined;
}

/**
 * Goes over a log once with and once without the boots of a commit: the difference is what they say.
 * @throws InfrastructureError BISECT_LOG_DAMAGED
 */
export function evidenceOf(log: SearchLog, commit: string, file: string): CommitEvidence {
  const own = log.observations.filter(one => one.commit === commit && one.without === undefined);
  const others = log.observations.filter(one => !(own.includes(one) && isBootOfSearch(one)));
  const ledger = replay(log, file);
  const place = ledger.history.placeOf(commit);
  const known = badnessOf(ledger, place);
  return {
    values: ledger.endBoots.map((_, cell) =>
      own.flatMap(one => (one.type === 'booted' && cellOf(one) === cell ? [one.value] : [])),
    ),
    failures: own.flatMap(one => (one.type === 'boot-failed' ? [one.title] : [])),
    untestable: ledger.untestable.get(commit),
    first: known?.first,
    bad: known?.bad,
    badWithout: badnessOf(replay({ ...log, observations: others }, file), place)?.bad,
  };
}

/** The ends are what the others are compared with: without their boots nothing could be said. */
function isBootOfSearch(one: Observation): boolean {
  return one.type === 'booted' && one.purpose.stage !== 'ends';
}

function badnessOf({ evidence, history }: Ledger, place: number): { first: number; bad: number } | undefined {
  if (evidence === undefined || evidence.contradicted) return undefined;
  const { masses } = evidence.posterior;
  return { first: valueAt(masses, place), bad: valueAt(history.accumulate(masses), place) };
}

/** `modstorm bisect why COMMIT`, for people. */
export function evidenceLines(
  commit: string,
  evidence: CommitEvidence,
  names: CommitNames,
  terms: Terms,
): string[] {
  const { values, failures, untestable, first, bad, badWithout } = evidence;
  const lines = [names.full(commit)];
  if (untestable !== undefined) lines.push(`  cannot be tested: ${shown(untestable)}`);
  for (const [cell, seen] of values.entries()) {
    if (seen.length > 0)
      lines.push(`  ${plural(seen.length, 'boot')}${names.inCell(cell)}: ${seen.map(String).join(' ')}`);
  }
  if (failures.length > 0)
    lines.push(`  ${plural(failures.length, 'boot')} without a value: ${shown(failures.at(-1) ?? '')}`);
  if (values.flat().length + failures.length === 0) lines.push('  was not booted');
  if (first === undefined || bad === undefined) {
    lines.push('  the ends have not been distinguished yet');
    return lines;
  }
  lines.push(`  ${terms.bad} with a probability of ${percent(bad)}, the first one with ${percent(first)}`);
  if (badWithout !== undefined && values.flat().length > 0) {
    const bits = binaryEntropy(badWithout) - binaryEntropy(bad);
    lines.push(
      `  without its own boots ${percent(badWithout)}: they ${bits >= 0 ? 'took' : 'added'} ${Math.abs(bits).toFixed(2)} bit of doubt`,
    );
  }
  return lines;
}

/** A title may be what a guest printed. */
function shown(title: string): string {
  return escapeText(title, { length: 300 });
}
