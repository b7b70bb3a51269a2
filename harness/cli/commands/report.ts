import { relative } from 'node:path';
import { exitCodes } from '../../exit-code.ts';
import { loadExporter } from '../../report/formats.ts';
import { reportRun } from '../../report/run-report.ts';
import { RunFolder } from '../../store/run-folder.ts';
import type { CommandContext } from '../context.ts';
import { chosenFormat, exportOptions, type FormatOptions } from '../options.ts';
import { printedRun, printResults } from '../print-results.ts';
import { renderError } from '../render-error.ts';

/** Options of `modstorm report`. */
export interface ReportOptions extends FormatOptions {
  results: string;
}

/** `modstorm report`: prints the report again, using only the run's folder. */
export async function reportCommand(
  run: string,
  options: ReportOptions,
  context: CommandContext,
): Promise<number> {
  const folder = await RunFolder.open(run, options.results);
  const report = reportRun(await folder.load(), relative('', folder.path) || '.');
  await printResults(
    printedRun(await loadExporter(chosenFormat(options)), report, exportOptions(options, context)),
    context,
  );
  if (report.verdict.kind === 'unknown') context.stderr(renderError(report.verdict.error));
  return exitCodes.success;
}
