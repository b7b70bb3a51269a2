import { relative } from 'node:path';
import { exitCodes } from '../../exit-code.ts';
import { concludeRun } from '../../report/conclude-run.ts';
import { renderStatsReport } from '../../report/stats-table.ts';
import { RunFolder } from '../../store/run-folder.ts';
import type { CommandContext } from '../context.ts';
import { renderError } from '../render-error.ts';

/** Options of `modstorm report`. */
export interface ReportOptions {
  format: 'terminal' | 'json' | 'stats';
  json?: boolean;
  results: string;
}

/** `modstorm report`: the report again, from nothing but the run's folder. */
export async function reportCommand(
  run: string,
  options: ReportOptions,
  context: CommandContext,
): Promise<number> {
  const folder = await RunFolder.open(run, options.results);
  const content = await folder.load();
  if (options.format === 'stats' && !options.json) {
    context.stdout(renderStatsReport(content.run, content.plan, content.records));
    return exitCodes.success;
  }
  const path = relative('', folder.path) || '.';
  const judged = concludeRun(content, path);
  context.stdout(options.json || options.format === 'json' ? judged.json : judged.text);
  if (judged.error) context.stderr(renderError(judged.error));
  return exitCodes.success;
}
