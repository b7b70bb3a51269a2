import { loadExporter } from '../report/formats.ts';
import type { RunReport } from '../report/run-report.ts';
import type { RunFolder } from '../store/run-folder.ts';
import type { CommandContext } from './context.ts';
import { chosenFormat, exportOptions, type FormatOptions } from './options.ts';
import { printedRun, printResults } from './print-results.ts';
import { renderError } from './render-error.ts';
import { writeReports } from './write-reports.ts';

/** Prints the report of a complete run, writes the reports into its folder, and says why there is no verdict. */
export async function concludeRun(
  folder: RunFolder,
  report: RunReport,
  options: FormatOptions,
  context: CommandContext,
): Promise<void> {
  // Printed first, so that a full disk does not prevent the output.
  await printResults(
    printedRun(await loadExporter(chosenFormat(options)), report, exportOptions(options, context)),
    context,
  );
  await writeReports(folder, report);
  const { verdict } = report;
  if (verdict.kind === 'unknown') context.stderr(renderError(verdict.error));
}
