import type { Summary } from '../../../statistics/samples/descriptive.ts';
import { plural } from '../../../units.ts';
import { formatValue } from '../../text/quantity.ts';
import type { MetricRow } from '../metric-row.ts';
import type { PairRows } from '../pair-rows.ts';

/** The format of means in `perf stat -r`: `before: 9.5980 +- 0.0183 s ( +- 0.19% )`, with the error of the mean. */
export function perfTable({ changed, costs }: PairRows): string[] {
  return [...changed, ...costs].flatMap(row => {
    const { base, candidate } = row.judged.result.comparison;
    const name = row.unit === '' ? row.title : row.title.slice(0, -row.unit.length - 1);
    return [
      `${name}: ${[row.change, row.interval, row.mark].filter(text => text !== '' && text !== '-').join(' ')}, p.adj ${row.p}`,
      `  before: ${sideText(row, base)}`,
      `  after:  ${sideText(row, candidate)}`,
    ];
  });
}

function sideText({ scale, unit }: MetricRow, { n, mean, deviation }: Summary): string {
  if (mean === undefined) return 'none';
  const runs = `(${plural(n, 'boot')})`;
  if (deviation === undefined) return [formatValue(mean, scale), unit, runs].filter(Boolean).join(' ');
  const error = deviation / Math.sqrt(n);
  const finer = { ...scale, decimals: scale.decimals === 'auto' ? 2 : Math.min(4, scale.decimals + 1) };
  const percent = mean === 0 ? '' : ` ( +- ${((error / Math.abs(mean)) * 100).toFixed(2)}% )`;
  const value = `${formatValue(mean, finer)} +- ${formatValue(error, finer)}`;
  return `${[value, unit].filter(Boolean).join(' ')}${percent} ${runs}`;
}
