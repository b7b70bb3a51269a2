import { resolve } from 'node:path';
import { HarnessError } from '../../errors.ts';
import { escapeText } from '../../escape.ts';
import type { KernelSource, Matrix } from '../../matrix/matrix.ts';
import type { TrialRecord } from '../../measurement/record.ts';
import { overallVerdict } from '../../report/comparison-verdict.ts';
import { renderComparison } from '../../report/text/comparison.ts';
import { shellQuote } from '../../shell-quote.ts';
import { plural } from '../../units.ts';
import type { NightQuestion } from './night-question.ts';
import {
  type Conclusion,
  failuresOfTonight,
  type JudgedSuspect,
  regressions,
  type SubjectResult,
  unusableBoots,
} from './night-result.ts';
import type { NightPlan } from './night-state.ts';

/** A night that is over, as the summary tells it. */
export interface ToldNight extends Conclusion {
  night: NightPlan;
  /** The user's matrix: its name, its path as given, and the axes that vary in it. */
  matrix: Pick<Matrix, 'name' | 'varied'>;
  matrixFile: string;
  results: readonly SubjectResult[];
  /** Events of the history that involve its runs, one sentence each. */
  events: readonly string[];
  /** Path of its folder. */
  folder: string;
}

/** The one line that a night leaves. */
export function nightLine(told: ToldNight): string {
  const parts = told.results.map(result => subjectPhrase(result));
  return `nightly ${told.matrix.name}: ${told.colour}: ${parts.join('; ')}; ${told.folder}/summary.txt`;
}

function subjectPhrase(result: SubjectResult): string {
  const { subject, questions } = result;
  const kernel = escapeText(subject.tonight.origin, { length: 200 });
  const bad = regressions(result);
  const [worst] = bad;
  if (worst !== undefined) {
    const { question, judged } = worst;
    const more = bad.length > 1 ? ` and ${bad.length - 1} more` : '';
    return `${kernel}: ${judged.suspect.metric} REGRESSED against ${question.against} (${judged.suspect.pair})${more}, confirmed`;
  }
  const failed = failuresOfTonight(result);
  if (failed.length > 0) return `${kernel}: ${plural(failed.length, 'boot')} failed with this kernel alone`;
  const useless = unusableBoots(result).length;
  if (useless > 0) return `${kernel}: ${plural(useless, 'boot')} measured nothing`;
  const broken = questions.find(({ comparison }) => comparison instanceof HarnessError);
  if (broken) return `${kernel}: cannot be compared with ${broken.question.against}`;
  if (questions.length === 0) return `${kernel}: nothing to compare yet, ${boots(result)}`;
  const open = questions.flatMap(({ suspects }) =>
    suspects.filter(({ confirmed }) => confirmed === 'open'),
  ).length;
  const verdicts = questions.map(
    ({ question, comparison }) =>
      `${comparison instanceof HarnessError ? 'unknown' : overallVerdict(comparison)} against ${question.against}`,
  );
  const refuted = questions
    .flatMap(({ suspects }) => suspects)
    .filter(({ confirmed }) => confirmed === 'refuted').length;
  return [
    `${kernel}: no change for the worse was confirmed (first run: ${verdicts.join(', ')})`,
    ...(refuted > 0 ? [`${plural(refuted, 'suspicion')} refuted`] : []),
    ...(open > 0 ? [`${plural(open, 'suspicion')} still open`] : []),
    boots(result),
  ].join(', ');
}

function boots({ content, confirming }: SubjectResult): string {
  return plural(
    [content, ...confirming].reduce((sum, { records }) => sum + records.length, 0),
    'boot',
  );
}

/** The whole summary, for a mail: the line, then per kernel what was compared, confirmed, and where to search. */
export function nightSummary(told: ToldNight): string {
  const blocks = told.results.flatMap(result => subjectBlocks(result, told));
  const events =
    told.events.length > 0 ? [`History:\n${told.events.map(event => `  ${event}`).join('\n')}`] : [];
  return `${[nightLine(told), ...blocks, ...events].join('\n\n')}\n`;
}

function subjectBlocks(result: SubjectResult, told: ToldNight): string[] {
  const { subject, content, confirming, questions } = result;
  const head = [
    `${subject.kernel}: ${escapeText(subject.tonight.origin)}`,
    ...questions.map(
      ({ question }) => `  ${question.against.padEnd(9)}  ${escapeText(question.kernel.origin)}`,
    ),
    `  run        ${content.run.run}`,
    ...confirming.map(({ run }) => `  confirming ${run.run}`),
  ].join('\n');
  const compared = questions.map(({ question, comparison }) =>
    comparison instanceof HarnessError
      ? `Against ${question.against}: cannot be compared: ${comparison.message}`
      : `Against ${question.against}:\n${renderComparison(comparison).trimEnd()}`,
  );
  const suspects = questions.flatMap(({ question, suspects }) =>
    suspects.map(judged => suspectLine(question, judged)),
  );
  const search = culprit(result, told);
  return [
    head,
    ...troubles(result),
    ...compared,
    ...(suspects.length > 0 ? [`Suspected, and what a fresh A/B run says:\n${suspects.join('\n')}`] : []),
    ...(search === undefined ? [] : [search]),
  ];
}

function troubles(result: SubjectResult): string[] {
  const failed = failuresOfTonight(result);
  const useless = unusableBoots(result);
  const list = (records: readonly TrialRecord[]) =>
    records
      .slice(0, 10)
      .map(({ trial, outcome }) => `  ${trial}: ${escapeText(JSON.stringify(outcome), { length: 300 })}`)
      .join('\n');
  return [
    ...(failed.length > 0 ? [`Boots that failed with this kernel alone:\n${list(failed)}`] : []),
    ...(useless.length > 0 ? [`Boots that measured nothing:\n${list(useless)}`] : []),
  ];
}

function suspectLine({ against }: NightQuestion, judged: JudgedSuspect): string {
  const { suspect, confirmed, run, sentence = 'it measured no value' } = judged;
  const outcome = { confirmed: 'CONFIRMED', refuted: 'refuted', open: 'still open' }[confirmed];
  return `  against ${against}, ${suspect.pair}: ${suspect.verdict}: ${suspect.sentence}\n    ${outcome} by ${run}: ${sentence}`;
}

/** The range of commits or versions that holds the culprit, and the command that searches it. */
function culprit(result: SubjectResult, told: ToldNight): string | undefined {
  const [worst] = regressions(result);
  if (worst === undefined) return undefined;
  const { subject, content } = result;
  const { question, judged } = worst;
  const [good, bad] = [question.kernel.source, subject.tonight.source];
  const cell = content.plan.cells.find(({ id }) => judged.suspect.cells.includes(id));
  const filters = told.matrix.varied.flatMap(axis => {
    const value = axis === 'kernel' ? subject.kernel : cell?.settings[axis];
    return value === undefined ? [] : ['--filter', `${axis}=${value}`];
  });
  const range = rangeOf(good, bad);
  const words = [
    ...['npm', 'run', '-s', 'modstorm', '--', 'bisect', resolve(told.matrixFile), '--tree', range.tree],
    ...['--good', range.good, '--bad', range.bad, '--metric', judged.suspect.metric, ...filters],
  ];
  return `${range.sentence}\n  ${shellQuote(words)}`;
}

interface Range {
  tree: string;
  good: string;
  bad: string;
  sentence: string;
}

function rangeOf(good: KernelSource, bad: KernelSource): Range {
  const [from, to] = [revisionOf(good), revisionOf(bad)];
  if (good.kind === 'tree' && bad.kind === 'tree' && good.path === bad.path)
    return {
      tree: bad.path,
      good: from,
      bad: to,
      sentence: `The culprit is in ${from}..${to} of ${bad.path}:`,
    };
  return {
    tree: bad.kind === 'tree' ? resolve(bad.path) : 'LINUX-STABLE',
    good: from,
    bad: to,
    sentence: `The culprit is between ${from} and ${to}. To search it, give a git tree that has both (Debian's own patches are in neither):`,
  };
}

/** A revision of git: the commit, or the upstream release of a Debian version. */
function revisionOf(source: KernelSource): string {
  if (source.kind === 'tree') return source.revision.slice(0, 12);
  if (source.kind === 'debian') return `v${(source.version ?? '').replace(/-[^-]*$/, '')}`;
  return 'GOOD';
}
