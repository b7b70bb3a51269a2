import { escapeText } from '../../escape.ts';
import type { Exporter } from '../exporter.ts';
import { metricValues } from '../metric-value.ts';

/**
 * For github-action-benchmark, with `tool: customSmallerIsBetter`. One file has one direction there, so only metrics are in it
 * that are worse when higher. It compares two points without a test, and anything after 0 is an alert: for its charts, not
 * as a gate.
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
