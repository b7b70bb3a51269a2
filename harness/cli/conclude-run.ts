import { HarnessError } from '../errors.ts';
import { renderComparison } from '../report/comparison.ts';
import { comparisonDocument } from '../report/comparison-json.ts';
import type { RunFolder } from '../store/run-folder.ts';
import { judgeRun, type RunContent } from './judge-run.ts';

/** What the judge says at the end of a run. */
export interface Conclusion {
  regressed: boolean;
  /** The comparison for people and for programs; undefined when the matrix declares none. */
  text?: string;
  document?: Record<string, unknown>;
  /** Why no verdict could be given. */
  error?: HarnessError;
}

/** Judges a run as its matrix asks and writes `report/comparison.txt` and `.json`. */
export async function concludeRun(folder: RunFolder, content: RunContent): Promise<Conclusion> {
  try {
    const comparison = judgeRun(content);
    if (comparison === undefined) return { regressed: false };
    const text = renderComparison(comparison);
    const document = comparisonDocument(comparison);
    await folder.writeReport('comparison.txt', text);
    await folder.writeReport('comparison.json', `${JSON.stringify(document, null, 2)}\n`);
    return { regressed: comparison.judgement.regressed, text, document };
  } catch (error) {
    // The report of what was measured must not be lost with the verdict.
    if (error instanceof HarnessError) return { regressed: false, error };
    throw error;
  }
}
