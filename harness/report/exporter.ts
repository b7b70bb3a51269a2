import type { RunComparison } from '../judgement/judgement.ts';
import type { ExportOptions } from './export-options.ts';
import type { RunReport } from './run-report.ts';

/**
 * One form in which results are told. A new one is a file in formats/ that exports its `exporter`, and a line in the
 * table of formats.ts, which is all that commands know of formats.
 */
export interface Exporter {
  /** The report of a run, with its verdict if the format has a place for it. */
  run(report: RunReport, options?: ExportOptions): string;
  /** A comparison alone; a format that shows single boots has none. */
  comparison?(comparison: RunComparison, options: ExportOptions): string;
  /** A second text for a place of its own, which the environment names; `room` is how many bytes it may have there. */
  summary?: {
    run(report: RunReport, room: number, options?: ExportOptions): string;
    comparison(comparison: RunComparison, room: number, options: ExportOptions): string;
  };
  /** What every run leaves below report/ in its folder; without, the format is made only when it is asked for. */
  files?(report: RunReport): ReportFile[];
}

/** A file below report/. */
export interface ReportFile {
  name: string;
  text: string;
}
