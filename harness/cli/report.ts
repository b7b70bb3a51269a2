import { relative } from 'node:path';
import { renderJsonReport } from '../report/json.ts';
import { buildReportModel } from '../report/report-model.ts';
import { renderStatsReport } from '../report/stats-table.ts';
import { renderTerminalReport } from '../report/terminal.ts';
import { readJournal } from '../store/journal.ts';
import { RunFolder } from '../store/run-folder.ts';
import type { CommandContext } from './context.ts';
import { exitCodes } from './exit-code.ts';

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
  const { records } = await readJournal(folder.journalFile);
  const [record, plan] = [await folder.readRun(), await folder.readPlan()];
  if (options.format === 'stats' && !options.json) {
    context.stdout(renderStatsReport(record, plan, records));
    return exitCodes.fine;
  }
  const model = buildReportModel(record, plan, records);
  const path = relative('', folder.path) || '.';
  const render = options.json || options.format === 'json' ? renderJsonReport : renderTerminalReport;
  context.stdout(render(model, { path }));
  return exitCodes.fine;
}
