import { escapeText } from '../../escape.ts';
import type { Exporter } from '../exporter.ts';
import { metricValues } from '../metric-value.ts';

/**
 * For github-action-benchmark, with `tool: customSmallerIsBetter`. A file there has a single direction, so it only has
 * metrics that are worse if higher. The action compares two points without a test, and reports any value after 0 as an alert:
 * use it for its charts, not as a gate.
 */
export const exporter: Exporter = {
  run: ({ model }) => {
    const entries = metricValues(model.cells)
      .filter(({ worse }) => worse === 'higher')
      .map(({ cell, name, unit, n, median, low, high }) => ({
        name: `${escapeText(cell.cell.label, { length: 400 })}: ${escapeText(name, { length: 100 })}`,
        unit,
        value: median,
        range: `± ${Math.max(high - median, median - low)}`,
        extra: `median of ${n}, ${low} to ${high}`,
      }));
    return `${JSON.stringify(entries, null, 2)}\n`;
  },
};
