import { formatNames, loadExporter } from '../report/formats.ts';
import type { RunReport } from '../report/run-report.ts';
import type { RunFolder } from '../store/run-folder.ts';

/** Writes the files that every run leaves in report/ of its folder. */
export async function writeReports(folder: RunFolder, report: RunReport): Promise<void> {
  for (const format of formatNames) {
    const { files } = await loadExporter(format);
    for (const { name, text } of files?.(report) ?? []) await folder.writeReport(name, text);
  }
}
