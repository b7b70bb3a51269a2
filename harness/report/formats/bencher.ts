import { escapeText } from '../../escape.ts';
import type { Exporter } from '../exporter.ts';
import { metricValues, UniqueNames } from '../metric-value.ts';

/** For Bencher: Bencher Metric Format, with one benchmark per cell and one measure per metric, as median with range. */
export const exporter: Exporter = {
  run: ({ model }) => {
    const [names, measures] = [new UniqueNames(), new UniqueNames()];
    const benchmarks: Record<string, Record<string, unknown>> = Object.create(null);
    for (const { cell, name, median, low, high } of metricValues(model.cells)) {
      const benchmark = names.nameOf(cell.cell.id, escapeText(cell.cell.label, { length: 1000 }));
      benchmarks[benchmark] ??= Object.create(null) as Record<string, unknown>;
      const measure = measures.nameOf(name, escapeText(name, { length: 60 }) || '_');
      benchmarks[benchmark][measure] = { value: median, lower_value: low, upper_value: high };
    }
    return `${JSON.stringify(benchmarks, null, 2)}\n`;
  },
};
