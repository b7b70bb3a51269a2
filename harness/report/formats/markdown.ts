import type { Exporter } from '../exporter.ts';
import { comparisonMarkdown } from '../markdown/comparison.ts';
import { joinBlocks } from '../markdown/markdown-text.ts';
import { runMarkdown } from '../markdown/run.ts';

/** For pull requests and merge requests. */
export const exporter: Exporter = {
  run: (report, options) => joinBlocks(runMarkdown(report, options)),
  comparison: (comparison, options) => joinBlocks(comparisonMarkdown(comparison, options)),
};
