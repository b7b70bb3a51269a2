/** Styles of the tables of a commit message, by the name that `--style` takes; the first is the default. */
export const commitStyles = ['modstorm', 'mmtests', 'perf', 'pipe', 'stats'] as const;

/** The style of a table for a commit message. */
export type CommitStyle = (typeof commitStyles)[number];

/** What the reader asks of a format beside its name. */
export interface ExportOptions {
  /** Show every pair and every metric, however many there are. */
  all?: boolean | undefined;
  /** How the tables of `commit` look. */
  style?: CommitStyle | undefined;
  /** How many modules a table of duplicates names; default: 10. */
  top?: number | undefined;
  /** Who sends a report of `kcidb`; default: modstorm. */
  origin?: string | undefined;
  /** Columns of the terminal that shows the text; without it lines are as long as they are. */
  width?: number | undefined;
  /** Whether `commit` draws bars under a table that has an axis, and `terminal` the samples. */
  plot?: boolean | undefined;
}
