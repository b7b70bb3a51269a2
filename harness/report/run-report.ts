import { HarnessError } from '../errors.ts';
import { judgeRun } from '../judgement/judge-run.ts';
import type { RunComparison } from '../judgement/judgement.ts';
import type { CompareSetting } from '../matrix/matrix.ts';
import type { RunContent } from '../store/run-folder.ts';
import { buildReportModel, type ReportModel } from './report-model.ts';

/** A run, reported and judged as its matrix declares. The input of every format. */
export interface RunReport {
  /** Path of the run folder as the user would type it. */
  path: string;
  /** The contents of the folder, for formats that show single boots. */
  content: RunContent;
  /** What was measured, cell by cell. */
  model: ReportModel;
  verdict: RunVerdict;
}

/** The verdict on a run, or why there is none. */
export type RunVerdict =
  /** The matrix compares nothing. */
  | { kind: 'none' }
  | { kind: 'judged'; comparison: RunComparison }
  /** The plan has only one side of the declared comparison; the sentence says so. */
  | { kind: 'one-sided'; sentence: string }
  /** No verdict could be given. */
  | { kind: 'unknown'; error: HarnessError };

/**
 * Reports and judges a run from the contents of its folder. The result is the same at the end of the run and later.
 * @param path of the run folder as the user would type it
 */
export function reportRun(content: RunContent, path: string): RunReport {
  return { path, content, model: buildReportModel(content), verdict: judge(content) };
}

function judge(content: RunContent): RunVerdict {
  const { compare } = content.run.matrix;
  try {
    const comparison = judgeRun(content);
    return comparison ? { kind: 'judged', comparison } : { kind: 'none' };
  } catch (error) {
    // A failed verdict must not take the report of the measurements with it.
    if (!(error instanceof HarnessError)) throw error;
    return error.code === 'COMPARE_AXIS' && compare
      ? { kind: 'one-sided', sentence: oneSided(content, compare) }
      : { kind: 'unknown', error };
  }
}

function oneSided({ plan }: RunContent, { axis, base }: CompareSetting): string {
  const values = [...new Set(plan.trials.map(({ cell }) => cell.settings[axis] ?? 'none'))].sort();
  return (
    `verdict: none: the matrix compares ${axis} with ${base}, but of the cells that were selected ` +
    `(${axis}: ${values.join(', ')}) no two differ in it alone`
  );
}
