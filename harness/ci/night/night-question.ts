import { compareWithin } from '../../judgement/compare-sides.ts';
import { judgeRun } from '../../judgement/judge-run.ts';
import type { RunComparison } from '../../judgement/judgement.ts';
import { sideOfRun } from '../../judgement/side.ts';
import type { JudgedMetric, Verdict } from '../../statistics/verdicts/metric-verdict.ts';
import type { RunContent } from '../../store/run-folder.ts';
import type { NightKernel, NightSubject } from './night-state.ts';

/** A kernel that tonight's is compared with. */
export interface NightQuestion {
  against: 'base' | 'yesterday';
  /** Its name in the A/B run. */
  name: string;
  kernel: NightKernel;
}

/** A proved change of a gated metric in the A/B run of a night. It counts once a second run has confirmed it. */
export interface Suspect {
  /** Name of the pair of cells. */
  pair: string;
  /** IDs of its two cells. */
  cells: readonly string[];
  metric: string;
  verdict: Verdict;
  sentence: string;
}

/** What the second A/B run says about a suspected change. */
export type Confirmed = 'confirmed' | 'refuted' | 'open';

/** Error level of one night, over all its questions and before confirmation. */
const nightAlpha = 0.05;

/** What a night asks about one of its kernels: nothing if tonight's is the only one there is. */
export function questionsOf({ kernel, tonight, base, baseName, yesterday }: NightSubject): NightQuestion[] {
  const questions: NightQuestion[] = [];
  if (base !== undefined && base.identity !== tonight.identity)
    questions.push({ against: 'base', name: baseName, kernel: base });
  const isNew =
    yesterday !== undefined &&
    yesterday.identity !== tonight.identity &&
    yesterday.identity !== base?.identity;
  if (isNew) questions.push({ against: 'yesterday', name: `${kernel}-yesterday`, kernel: yesterday });
  return questions;
}

/**
 * Answers one question from the A/B run of a night, in which all its kernels were interleaved. The error level of the
 * night is split over its questions.
 * @param questions number of questions of the whole night
 * @throws UsageError COMPARE_AXIS, COMPARE_UNLIKE
 */
export function judgeQuestion(
  content: RunContent,
  kernel: string,
  question: NightQuestion,
  questions: number,
): RunComparison {
  const side = sideOfRun(content);
  const both = [question.name, kernel];
  const cells = side.cells.filter(({ settings }) => both.includes(settings['kernel'] ?? ''));
  return compareWithin(
    { ...side, cells },
    { axis: 'kernel', base: question.name },
    { alpha: nightAlpha / questions },
  );
}

/** The proved changes of gated metrics, for the worse or for the better. */
export function suspectsOf({ judgement }: RunComparison): Suspect[] {
  return judgement.pairs.flatMap(({ pair, metrics }) =>
    metrics.filter(isSuspect).map(({ definition, result, sentence }) => ({
      pair: pair.name,
      cells: [pair.base.id, pair.candidate.id],
      metric: definition.name,
      verdict: result.verdict,
      sentence,
    })),
  );
}

function isSuspect({ definition, result }: JudgedMetric): boolean {
  const { headline, gated } = definition;
  return headline && gated && (result.verdict === 'REGRESSED' || result.verdict === 'IMPROVED');
}

/** What a second A/B run of the suspected cells says about a change, and its sentence; none if it did not measure it. */
export function readConfirmingRun(
  suspect: Suspect,
  content: RunContent,
): { confirmed: Confirmed; sentence: string | undefined } {
  const comparison = judgeRun(content);
  const judged = comparison?.judgement.pairs
    .find(({ pair }) => suspect.cells.includes(pair.base.id) && suspect.cells.includes(pair.candidate.id))
    ?.metrics.find(({ definition }) => definition.name === suspect.metric);
  const verdict = judged?.result.verdict;
  const sentence = judged?.sentence;
  if (verdict === suspect.verdict) return { confirmed: 'confirmed', sentence };
  const decided = verdict === 'UNCHANGED' || verdict === 'REGRESSED' || verdict === 'IMPROVED';
  return { confirmed: decided ? 'refuted' : 'open', sentence };
}
