import { escapeText } from '../../escape.ts';
import { summarise } from '../../statistics/samples/descriptive.ts';
import { makeSample } from '../../statistics/samples/sample.ts';
import { formatDuration, plural } from '../../units.ts';
import type { Conclusion, Found, RevertCheck } from '../search/conclusion.ts';
import type { Ledger } from '../search/ledger.ts';
import type { CommitNames } from './commit-names.ts';

/** The names of the ends of a bisection. */
export interface Terms {
  good: string;
  bad: string;
}

/** The input of a report of a bisection. */
export interface ConcludedSearch {
  conclusion: Conclusion;
  ledger: Ledger;
  names: CommitNames;
  terms: Terms;
  metric: string;
}

const shownSuspects = 10;

/** The result of a bisection as text: first the verdict, then the evidence, then the cost. */
export function conclusionLines(search: ConcludedSearch): string[] {
  const { conclusion } = search;
  const verdict =
    conclusion.kind === 'found'
      ? foundLines(conclusion, search)
      : conclusion.kind === 'refused'
        ? refusedLines(conclusion, search)
        : undecidedLines(conclusion, search);
  return [...verdict, costLine(search)];
}

function foundLines(found: Found, { names, terms, metric, ledger }: ConcludedSearch): string[] {
  const [only, ...others] = found.culprits.map(commit => names.full(commit));
  const head =
    others.length === 0
      ? [`first ${terms.bad} commit: ${only}`]
      : [
          `first ${terms.bad} commit: one of ${found.culprits.length}, because the commits between them cannot be tested`,
          ...[only, ...others].map(name => `  ${name}`),
        ];
  return [
    ...head,
    `  probability ${percent(found.probability)} by all boots`,
    `  confirmed by fresh boots of it and its parents${names.inCell(ledger.confirmingCell)}, rebuilt: exact one-sided p = ${shortP(found.p)}` +
      (found.attempts > 1 ? ` (attempt ${found.attempts})` : ''),
    `  ${revertSentence(found.revert, metric)}`,
    ...cellLines(ledger, names),
    ...found.second.map(
      ({ good, bad, p }) =>
        `  another change of ${metric} lies between ${names.short(good)} and ${names.short(bad)} ` +
        `(exact p = ${shortP(p)}): bisect that range next`,
    ),
  ];
}

/** The cells in which the ends differ, each with its p. */
function cellLines({ ends }: Ledger, names: CommitNames): string[] {
  if (ends.kind === 'more' || ends.cells.length === 1) return [];
  return ends.cells.map(({ p }, cell) => `  the ends${names.inCell(cell)}: exact one-sided p = ${shortP(p)}`);
}

/** The effect of reverting the culprit on the bad end, in one sentence. */
export function revertSentence(revert: RevertCheck, metric: string): string {
  switch (revert.kind) {
    case 'restored':
      return `with it reverted on the last commit, ${metric} recovers (${revert.boots} boots each, p = ${shortP(revert.p)})`;
    case 'not-restored':
      return `with it reverted on the last commit, ${metric} was not seen to recover in ${revert.boots} boots each (p = ${shortP(revert.p)})`;
    case 'impossible':
      return `no revert was tried on the last commit: ${escapeText(revert.reason, { length: 300 })}`;
    case 'same-as-parent':
      return 'it is the last commit: without it there is its parent, which was compared';
    case 'not-asked':
      return 'a revert on the last commit was not requested';
  }
}

function refusedLines(
  refused: Extract<Conclusion, { kind: 'refused' }>,
  { terms, metric, ledger, names }: ConcludedSearch,
): string[] {
  if (refused.reason === 'same-code')
    return ['both ends compile to the same object code: nothing between them can change what is measured'];
  if (refused.reason !== 'not-reproducible')
    return [`an end cannot be tested: ${escapeText(refused.detail, { length: 300 })}`];
  const { good = [], bad = [] } = ledger.endBoots[ledger.confirmingCell] ?? {};
  const [low, high] = [good, bad].map(values => summarise(makeSample(values)).mean ?? 0) as [number, number];
  const needed =
    refused.bootsNeeded === undefined
      ? `The ${terms.bad} end does not even lean the ${terms.bad} way.`
      : `A difference as large as the one seen would need about ${refused.bootsNeeded} boots of each end.`;
  return [
    `not reproducible here: the ends do not differ provably in ${metric} after ${ledger.fewestEndBoots} boots each (p = ${shortP(refused.p)})`,
    ...cellLines(ledger, names),
    `  The means of the ends differ by ${shortNumber(high - low)}: ${shortNumber(low)} and ${shortNumber(high)}.`,
    `  ${needed} --trust-ends continues anyway.`,
  ];
}

const reasons = {
  attempts: 'three suspicions were not confirmed by fresh boots',
  boots: 'the limit of boots is reached',
  budget: 'the time limit is reached',
  'nothing-left': 'no further build or boot would help',
  contradiction: 'commits are the same code that one first commit would set apart: the change was made twice',
} as const;

/** The options that raise the limits. */
const raisedBy: Partial<Record<keyof typeof reasons, string>> = { boots: '--max-boots', budget: '--budget' };

function undecidedLines(
  { reason, range }: Extract<Conclusion, { kind: 'undecided' }>,
  { names, terms }: ConcludedSearch,
): string[] {
  const sum = range.reduce((all, { probability }) => all + probability, 0);
  const head = `undecided: ${reasons[reason]}`;
  const flag = raisedBy[reason];
  const remedy = flag === undefined ? [] : [`  to go on from here, resume it with a higher ${flag}`];
  if (range.length === 0) return [head, ...remedy];
  const shown = range.slice(0, shownSuspects);
  return [
    head,
    `  the first ${terms.bad} commit is one of ${range.length}, with a probability of ${percent(sum)}:`,
    ...shown.map(({ commit, probability }) => `  ${percent(probability).padStart(7)}  ${names.full(commit)}`),
    ...(range.length > shown.length ? [`           and ${range.length - shown.length} more`] : []),
    ...remedy,
  ];
}

function costLine({ ledger }: ConcludedSearch): string {
  const { builds, boots, seconds, bootSeconds } = ledger.spent;
  const time = (some: number) => formatDuration(some * 1e9);
  const skipped =
    ledger.untestable.size > 0 ? `, ${plural(ledger.untestable.size, 'commit')} could not be tested` : '';
  const [building, booting] = [time(seconds - bootSeconds), time(bootSeconds)];
  return `  ${plural(builds, 'build')} (${building}), ${plural(boots, 'boot')} (${booting}), ${time(seconds)}${skipped}`;
}

/** `99.3 %`; never 100 unless certain, never 0 unless impossible. */
export function percent(share: number): string {
  if (share > 0.999 && share < 1) return '>99.9 %';
  if (share > 0 && share < 0.001) return '<0.1 %';
  return `${(share * 100).toFixed(1)} %`;
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** `0.0011`, or `2e-7`. */
export function shortP(p: number): string {
  return p >= 0.0001 ? String(Number(p.toPrecision(2))) : p.toExponential(0);
}
