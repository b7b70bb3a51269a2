import { HarnessError } from '../errors.ts';
import { judgeRun } from '../judgement/compare-sides.ts';
import { sparedTrials } from '../judgement/sequential/spared-trials.ts';
import type { RunContent } from '../store/run-folder.ts';
import { renderComparison } from './comparison.ts';
import { comparisonDocument } from './comparison-json.ts';
import { renderJsonReport } from './json.ts';
import { buildReportModel } from './report-model.ts';
import { renderTerminalReport } from './terminal.ts';

/** A run reported and judged as its matrix asks. */
export interface Conclusion {
  regressed: boolean;
  /** The report for people: what was measured, then the verdict or why there is none. */
  text: string;
  /** The same for programs, as text. */
  json: string;
  /** The comparison alone, in both forms; undefined when the matrix declares none or nothing could be compared. */
  comparison?: { text: string; json: string };
  /** Why no verdict could be given. */
  error?: HarnessError;
}

/**
 * Reports and judges a run from what its folder holds: the same words at its end and whenever they are asked for again.
 * @param path of the run folder as the reader should type it
 */
export function concludeRun(content: RunContent, path: string): Conclusion {
  const { run, plan, records } = content;
  const model = buildReportModel(run, plan, records, sparedTrials(content));
  const report = renderTerminalReport(model, { path });
  const { comparison, nothing, error } = tryToJudge(content);
  if (comparison === undefined) {
    return {
      regressed: false,
      text: nothing === undefined ? report : `${report}\n${nothing}\n`,
      json: renderJsonReport(model, { path, ...(nothing !== undefined && { comparison: { nothing } }) }),
      ...(error && { error }),
    };
  }
  const text = renderComparison(comparison);
  const document = comparisonDocument(comparison);
  return {
    regressed: comparison.judgement.regressed,
    text: `${report}\n${text}`,
    json: renderJsonReport(model, { path, comparison: document }),
    comparison: { text, json: `${JSON.stringify(document, null, 2)}\n` },
  };
}

interface Judged {
  comparison?: ReturnType<typeof judgeRun>;
  /** One line: the plan holds one side only of what the matrix compares. */
  nothing?: string;
  error?: HarnessError;
}

function tryToJudge(content: RunContent): Judged {
  try {
    return { comparison: judgeRun(content) };
  } catch (error) {
    // The report of what was measured must not be lost with the verdict.
    if (!(error instanceof HarnessError)) throw error;
    return error.code === 'COMPARE_AXIS' ? { nothing: nothingLine(content) } : { error };
  }
}

function nothingLine({ run, plan }: RunContent): string {
  const { axis, base } = run.matrix.compare!;
  const values = [...new Set(plan.trials.map(({ cell }) => cell.settings[axis] ?? 'none'))].sort();
  return (
    `verdict: none: the matrix compares ${axis} with ${base}, but of the cells that were selected ` +
    `(${axis}: ${values.join(', ')}) no two differ in it alone`
  );
}
