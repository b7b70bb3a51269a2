import { HarnessError } from '../../errors.ts';
import type { RunContent } from '../../store/run-folder.ts';
import { nightMatrix } from './night-matrix.ts';
import {
  judgeQuestion,
  type NightQuestion,
  questionsOf,
  readConfirmingRun,
  suspectsOf,
} from './night-question.ts';
import type { QuestionResult, SubjectResult } from './night-result.ts';
import { type NightRunOptions, obtainRun } from './night-run.ts';
import type { NightPlan, NightSubject } from './night-state.ts';
import type { NightTools } from './night-tools.ts';

/** Boots per side at the looks of a confirmation: it may end early. */
const confirmingLooks = [8, 12, 20];
/** Its order of boots is another one than that of the run that it confirms. */
const confirmingSeed = 1;

/** What the work of a night depends on besides its plan. */
export interface NightWork extends NightRunOptions {
  /** Name of the user's matrix, and the folder of its file. */
  matrix: string;
  matrixFolder: string;
  /** Boots per cell, for a matrix with looks its last one: several questions cannot share early stops. */
  trials: number;
}

/**
 * The A/B run of one kernel, the answers it gives, and for each suspected change a fresh A/B run of its cells. What an
 * earlier process of this night has finished is read, not repeated.
 * @throws NightInterrupted; errors of the rooms that build and boot
 */
export async function workOn(
  subject: NightSubject,
  night: NightPlan,
  work: NightWork,
  tools: NightTools,
): Promise<SubjectResult> {
  const questions = questionsOf(subject);
  const total = night.subjects.reduce((sum, one) => sum + questionsOf(one).length, 0);
  const [first] = questions;
  const name = night.subjects.length > 1 ? `${work.matrix}-${subject.kernel}` : work.matrix;
  const text = matrixOf(subject, questions, {
    ...{ night, work, name, trials: work.trials },
    base: first?.name,
  });
  const content = await obtainRun({ name: subject.kernel, text, seed: night.seed }, night, work, tools);
  const answers = questions.map(question => answer(content, subject, question, total));
  const results: QuestionResult[] = [];
  const confirming: RunContent[] = [];
  for (const { question, comparison } of answers) {
    const suspects = comparison instanceof HarnessError ? [] : suspectsOf(comparison);
    const judged: QuestionResult = { question, comparison, suspects: [] };
    results.push(judged);
    if (suspects.length === 0) continue;
    tools.tell(`${suspects.length} suspected against ${question.against}: a fresh A/B run decides`);
    const confirmation = matrixOf(subject, [question], {
      ...{ night, work, name: `confirm-night-${name}`, base: question.name },
      trials: { looks: confirmingLooks },
    });
    const run = await obtainRun(
      {
        name: `${subject.kernel}-against-${question.against}`,
        text: confirmation,
        seed: (night.seed + confirmingSeed) >>> 0,
        cells: [...new Set(suspects.flatMap(({ cells }) => cells))],
      },
      ...([night, work, tools] as const),
    );
    confirming.push(run);
    judged.suspects = suspects.map(suspect => ({
      suspect,
      ...readConfirmingRun(suspect, run),
      run: run.run.run,
    }));
  }
  return { subject, content, questions: results, confirming };
}

interface MatrixParts {
  night: NightPlan;
  work: NightWork;
  name: string;
  base: string | undefined;
  trials: number | { looks: readonly number[] };
}

function matrixOf(
  { kernel, tonight, baseName }: NightSubject,
  questions: readonly NightQuestion[],
  { night, work, name, base, trials }: MatrixParts,
): string {
  const sources = [
    ...questions.map(one => [one.name, one.kernel.source] as const),
    [kernel, tonight.source] as const,
  ];
  const names = sources.map(([one]) => one);
  const others = names.filter(one => one !== baseName || baseName === `${kernel}-base`);
  return nightMatrix({
    ...{ text: night.matrixText, folder: work.matrixFolder, name, base, trials },
    kernels: Object.fromEntries(sources),
    standIns: { [kernel]: others, ...(names.includes(baseName) && { [baseName]: [baseName] }) },
  });
}

function answer(
  content: RunContent,
  { kernel }: NightSubject,
  question: NightQuestion,
  total: number,
): Pick<QuestionResult, 'question' | 'comparison'> {
  try {
    return { question, comparison: judgeQuestion(content, kernel, question, total) };
  } catch (error) {
    // The other questions still have an answer, and the night says that this one has none.
    if (!(error instanceof HarnessError)) throw error;
    return { question, comparison: error };
  }
}
