import { relative } from 'node:path';
import { escapeText } from '../../escape.ts';
import { exitCodes } from '../../exit-code.ts';
import { loadExporter } from '../../report/formats.ts';
import { reportRun } from '../../report/run-report.ts';
import { RunFolder } from '../../store/run-folder.ts';
import { plural } from '../../units.ts';
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
  const content = await folder.load();
  const report = reportRun(content, relative('', folder.path) || '.');
  await printResults(
    printedRun(await loadExporter(chosenFormat(options)), report, exportOptions(options, context)),
    context,
  );
  if (content.torn) {
    const { line, bytes } = content.torn;
    context.stderr(
      `modstorm: line ${line} of ${escapeText(relative('', folder.journalFile))} is incomplete (${plural(bytes, 'byte')}) and is not counted: ` +
        'its run is writing it or was killed while it did\n',
    );
  }
  if (report.verdict.kind === 'unknown') context.stderr(renderError(report.verdict.error));
  return exitCodes.success;
}
