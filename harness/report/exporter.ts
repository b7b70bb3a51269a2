import type { RunComparison } from '../judgement/judgement.ts';
import type { Paint } from '../paint.ts';
import type { ExportOptions } from './export-options.ts';
import type { RunReport } from './run-report.ts';

/**
 * An output format for results. To add one, add a file in formats/ that exports its `exporter`, and a line in the table of
 * formats.ts. Commands know formats only through that table.
 */
export interface Exporter {
  /** The report of a run, with its verdict if the format has one. */
  run(report: RunReport, options?: ExportOptions): string;
  /** A comparison alone. Missing in formats that show single boots. */
  comparison?(comparison: RunComparison, options: ExportOptions): string;
  /** Adds colours for a terminal to a text of this format, after escaping. */
  colour?(text: string, paint: Paint): string;
  /** A second text for a separate file, which the environment names; `room` is its maximum size in bytes. */
  summary?: {
    run(report: RunReport, room: number, options?: ExportOptions): string;
    comparison(comparison: RunComparison, room: number, options: ExportOptions): string;
  };
  /** Files that every run writes to report/ in its folder. Without this, the format is only created on request. */
  files?(report: RunReport): ReportFile[];
}

/** A file in report/. */
export interface ReportFile {
  name: string;
  text: string;
}
