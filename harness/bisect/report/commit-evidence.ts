import { escapeText } from '../../escape.ts';
import { plural } from '../../units.ts';
import { valueAt } from '../search/history.ts';
import type { Ledger } from '../search/ledger.ts';
import type { Observation } from '../search/observation.ts';
import { replay, type SearchLog } from '../search/search-log.ts';
import type { CommitNames } from './commit-names.ts';
import { percent, type Terms } from './conclusion-text.ts';
import { cellOf } from './step-table.ts';

/** What is known about one commit. */
export interface CommitEvidence {
  /** Values of its boots by cell, in chronological order. */
  values: (number | bigint)[][];
  /** Other commits that compile to the same object code, and share their boots with it. */
  alike: string[];
  /** The end of the range that it is, if it is one. */
  end: 'good' | 'bad' | undefined;
  /** Titles of the boots without a value. */
  failures: string[];
  /** The reason why it cannot be tested. */
  untestable: string | undefined;
  /** Probability that it is the first bad commit, and that it is bad; undefined until the ends are known to differ. */
  first: number | undefined;
  bad: number | undefined;
  /** The latter without its own boots. */
  badWithout: number | undefined;
}

/**
 * Replays a log with and without the boots of a commit; the difference is their effect.
 * @throws InfrastructureError BISECT_LOG_DAMAGED
 */
export function evidenceOf(log: SearchLog, commit: string, file: string): CommitEvidence {
  const own = log.observations.filter(one => one.commit === commit && one.without === undefined);
  const others = log.observations.filter(one => !(own.includes(one) && isBootOfSearch(one)));
  const ledger = replay(log, file);
  const place = ledger.history.placeOf(commit);
  const known = badnessOf(ledger, place);
  const end = commit === ledger.goodEnd ? 'good' : commit === ledger.badEnd ? 'bad' : undefined;
  return {
    values: ledger.endBoots.map((_, cell) =>
      own.flatMap(one => (one.type === 'booted' && cellOf(one) === cell ? [one.value] : [])),
    ),
    alike: commitsAlike(log, commit),
    end,
    failures: own.flatMap(one => (one.type === 'boot-failed' ? [one.title] : [])),
    untestable: ledger.untestable.get(commit),
    first: known?.first,
    bad: known?.bad,
    badWithout: badnessOf(replay({ ...log, observations: others }, file), place)?.bad,
  };
}

function commitsAlike({ observations }: SearchLog, commit: string): string[] {
  const builds = observations.flatMap(one =>
    one.type === 'built' && one.without === undefined ? [one] : [],
  );
  const codes = new Set(builds.flatMap(one => (one.commit === commit ? (one.code ?? []) : [])));
  const alike = builds.filter(({ code }) => code !== undefined && codes.has(code));
  return [...new Set(alike.map(one => one.commit))].filter(id => id !== commit);
}

/** The ends are the reference: without their boots there is no posterior. */
function isBootOfSearch(one: Observation): boolean {
  return one.type === 'booted' && one.purpose.stage !== 'ends';
}

function badnessOf({ evidence, history }: Ledger, place: number): { first: number; bad: number } | undefined {
  if (evidence === undefined || evidence.contradicted) return undefined;
  const { masses } = evidence.posterior;
  return { first: valueAt(masses, place), bad: valueAt(history.accumulate(masses), place) };
}

/** The text of `modstorm bisect why COMMIT`. */
export function evidenceLines(
  commit: string,
  evidence: CommitEvidence,
  names: CommitNames,
  terms: Terms,
): string[] {
  const { values, alike, end, failures, untestable, first, bad, badWithout } = evidence;
  const lines = [names.full(commit)];
  if (untestable !== undefined) lines.push(`  cannot be tested: ${shown(untestable)}`);
  for (const [cell, seen] of values.entries()) {
    if (seen.length > 0)
      lines.push(`  ${plural(seen.length, 'boot')}${names.inCell(cell)}: ${seen.map(String).join(' ')}`);
  }
  if (failures.length > 0)
    lines.push(`  ${plural(failures.length, 'boot')} without a value: ${shown(failures.at(-1) ?? '')}`);
  if (values.flat().length + failures.length === 0) lines.push('  was not booted');
  if (alike.length > 0)
    lines.push(
      `  compiles to the same object code as ${alike.map(id => names.short(id)).join(', ')}, whose boots count too`,
    );
  if (end !== undefined) lines.push(`  is the ${terms[end]} end of the range: commits are compared with it`);
  if (first === undefined || bad === undefined) {
    lines.push('  the ends have not been distinguished yet');
    return lines;
  }
  lines.push(`  ${terms.bad} with a probability of ${percent(bad)}, the first one with ${percent(first)}`);
  if (badWithout !== undefined && end === undefined && values.flat().length > 0)
    lines.push(
      `  without its own boots ${percent(badWithout)}: ${likelihoodSentence(bad, badWithout, terms)}`,
    );
  return lines;
}

const hugeRatio = 1e6;

/** The likelihood ratio of the boots of a commit: by how much they change the odds that it is bad. */
function likelihoodSentence(
  bad: number,
  badWithout: number,
  { good: goodTerm, bad: badTerm }: Terms,
): string {
  const ratio = oddsOf(bad) / oddsOf(badWithout);
  if (!(ratio > 0))
    return ratio === 0 ? ratioSentence(hugeRatio, goodTerm, badTerm) : 'they cannot change that';
  return ratio >= 1 ? ratioSentence(ratio, badTerm, goodTerm) : ratioSentence(1 / ratio, goodTerm, badTerm);
}

function oddsOf(probability: number): number {
  return probability / (1 - probability);
}

function ratioSentence(ratio: number, likely: string, unlikely: string): string {
  const times = ratio < hugeRatio ? `${Number(ratio.toPrecision(2))} times` : 'over a million times';
  return `they are ${times} as likely if it is ${likely} as if it is ${unlikely}`;
}

/** A title may contain guest output. */
function shown(title: string): string {
  return escapeText(title, { length: 300 });
}
