import { HarnessError } from '../errors.ts';
import { judgeRun } from '../judgement/judge-run.ts';
import type { RunComparison } from '../judgement/judgement.ts';
import type { CompareSetting } from '../matrix/matrix.ts';
import type { RunContent } from '../store/run-folder.ts';
import { buildReportModel, type ReportModel } from './report-model.ts';

/** A run reported and judged as its matrix asks: what every format is made from. */
export interface RunReport {
  /** Path of the run folder as the reader should type it. */
  path: string;
  /** What the folder holds; for formats that tell of single boots. */
  content: RunContent;
  /** What was measured, cell by cell. */
  model: ReportModel;
  verdict: RunVerdict;
}

/** What the judge said of a run, or why it said nothing. */
export type RunVerdict =
  /** The matrix compares nothing. */
  | { kind: 'none' }
  | { kind: 'judged'; comparison: RunComparison }
  /** The plan holds one side only of what the matrix compares; one line that says so. */
  | { kind: 'one-sided'; sentence: string }
  /** No verdict could be given: it is unknown. */
  | { kind: 'unknown'; error: HarnessError };

/**
 * Reports and judges a run from what its folder holds: the same words at its end and whenever they are asked for again.
 * @param path of the run folder as the reader should type it
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
    // The report of what was measured must not be lost with the verdict.
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
