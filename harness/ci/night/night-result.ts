import type { HarnessError } from '../../errors.ts';
import { exitCodes } from '../../exit-code.ts';
import type { RunComparison } from '../../judgement/judgement.ts';
import type { TrialRecord } from '../../measurement/record.ts';
import type { RunContent } from '../../store/run-folder.ts';
import type { Confirmed, NightQuestion, Suspect } from './night-question.ts';
import type { NightColour, NightSubject } from './night-state.ts';

/** A suspected change, and what became of it. */
export interface JudgedSuspect {
  suspect: Suspect;
  confirmed: Confirmed;
  /** The sentence of the second run; undefined if it did not measure the metric. */
  sentence: string | undefined;
  /** The second run. */
  run: string;
}

/** The answer to one question of a night. */
export interface QuestionResult {
  question: NightQuestion;
  /** The comparison in the A/B run, or why there is none. */
  comparison: RunComparison | HarnessError;
  suspects: JudgedSuspect[];
}

/** What a night found about one kernel of its matrix. */
export interface SubjectResult {
  subject: NightSubject;
  /** The A/B run. */
  content: RunContent;
  questions: QuestionResult[];
  /** The runs that confirmed or refuted. */
  confirming: RunContent[];
}

/** The colour of a night and its exit code. */
export interface Conclusion {
  colour: NightColour;
  exitCode: number;
}

const failing: ReadonlySet<string> = new Set(['failed', 'crashed', 'timeout']);
const unusable: ReadonlySet<string> = new Set(['invalid', 'infrastructure']);

/**
 * Concludes a night. It is red if a regression was confirmed, or if boots failed with tonight's kernel alone; unknown if
 * something was not measured or could not be compared, which comes before red, as in the exit codes of `run`. Pure.
 */
export function conclude(results: readonly SubjectResult[]): Conclusion {
  if (results.some(isUnknown)) return { colour: 'unknown', exitCode: exitCodes.infrastructure };
  if (results.some(result => regressions(result).length > 0 || failuresOfTonight(result).length > 0))
    return { colour: 'red', exitCode: exitCodes.failed };
  return { colour: 'quiet', exitCode: exitCodes.success };
}

/** The confirmed changes for the worse, those since yesterday first: they name the shorter range. */
export function regressions({
  questions,
}: SubjectResult): { question: NightQuestion; judged: JudgedSuspect }[] {
  return [...questions]
    .sort((a, b) => Number(a.question.against === 'base') - Number(b.question.against === 'base'))
    .flatMap(({ question, suspects }) =>
      suspects
        .filter(({ suspect, confirmed }) => suspect.verdict === 'REGRESSED' && confirmed === 'confirmed')
        .map(judged => ({ question, judged })),
    );
}

/** The boots of tonight's kernel that failed, if none of another kernel did: then it is not the host. */
export function failuresOfTonight({ subject, content }: SubjectResult): TrialRecord[] {
  const kernels = new Map(content.plan.cells.map(({ id, kernel }) => [id, kernel]));
  const failed = content.records.filter(({ outcome }) => failing.has(outcome.kind));
  return failed.every(({ cell }) => kernels.get(cell) === subject.kernel) ? failed : [];
}

/** The boots of all its runs that measured nothing, through the fault of the host or the workload. */
export function unusableBoots({ content, confirming }: SubjectResult): TrialRecord[] {
  return [content, ...confirming].flatMap(({ records }) =>
    records.filter(({ outcome }) => unusable.has(outcome.kind)),
  );
}

function isUnknown(result: SubjectResult): boolean {
  return (
    unusableBoots(result).length > 0 || result.questions.some(({ comparison }) => comparison instanceof Error)
  );
}
