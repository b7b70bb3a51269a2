/** Styles of the tables of a commit message, as in `--style`; the first is the default. */
export const commitStyles = ['modstorm', 'mmtests', 'perf', 'pipe', 'stats'] as const;

/** The style of a table for a commit message. */
export type CommitStyle = (typeof commitStyles)[number];

/** Options of formats. */
export interface ExportOptions {
  /** Show every pair and every metric, however many there are. */
  all?: boolean | undefined;
  /** The style of the tables of `commit`. */
  style?: CommitStyle | undefined;
  /** Number of modules in a table of duplicates; default: 10. */
  top?: number | undefined;
  /** Origin of a report of `kcidb`; default: modstorm. */
  origin?: string | undefined;
  /** Columns of the terminal that shows the text; without it, lines are not limited. */
  width?: number | undefined;
  /** Whether `commit` draws bars under a table that has an axis, and `terminal` the samples. */
  plot?: boolean | undefined;
}
