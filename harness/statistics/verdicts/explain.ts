import { hasValues, type Summary } from '../samples/descriptive.ts';
import { rateGate } from '../samples/metric.ts';
import type { EventRate, MetricComparison } from './comparison.ts';
import { type FormatValue, formatP, formatPlainly, nameP } from './format.ts';
import type { JudgedMetric } from './metric-verdict.ts';
import { Phrases } from './phrases.ts';

/**
 * Explains one verdict in full, as lines for `--why`: data, test, size, gate, correction, decision.
 * @param format formats values with their unit
 */
export function explain(judged: JudgedMetric, format: FormatValue = formatPlainly): string[] {
  const phrases = new Phrases(judged.definition, format);
  const { comparison } = judged.result;
  return [
    `${judged.result.verdict}: ${judged.sentence}`,
    ...definitionLines(judged, phrases),
    sideLine('base', comparison.base, phrases),
    sideLine('candidate', comparison.candidate, phrases),
    ...testLines(comparison),
    ...effectLines(comparison, phrases),
    ...gateLines(judged, phrases),
    ...correctionLines(judged),
    ...comparison.findings.map(finding => `${finding.severity}: ${finding.message} [${finding.code}]`),
  ];
}

function definitionLines({ definition, result }: JudgedMetric, phrases: Phrases): string[] {
  const { comparison } = result;
  const tested = comparison.testedAs === definition.class ? '' : `, tested as a ${comparison.testedAs}`;
  const role = definition.headline
    ? `the headline of family ${definition.family}`
    : `reported below the headline of family ${definition.family}, does not confirm it`;
  return [
    `metric: ${definition.name}, ${definition.class}${tested}; worse is ${definition.worse}; ${role}`,
    `gate: at least ${phrases.value(definition.gate.atLeast)} and ${definition.gate.relative * 100} % of the base; ${
      definition.gated ? 'a regression fails the run' : 'a regression does not fail the run'
    }`,
  ];
}

function sideLine(side: string, summary: Summary, phrases: Phrases): string {
  if (!hasValues(summary)) return `${side}: no values, ${summary.missing} missing`;
  const spread =
    summary.deviation === undefined ? '' : `, standard deviation ${phrases.value(summary.deviation)}`;
  return (
    `${side}: n=${summary.n}, missing ${summary.missing}, zero ${summary.zeros}, ` +
    `range ${phrases.value(summary.least)} to ${phrases.value(summary.greatest)}, ` +
    `mean ${phrases.value(summary.mean)}, median ${phrases.value(summary.median)}${spread}`
  );
}

function testLines({ test, second, difference, superiority }: MetricComparison): string[] {
  if (test === undefined) return ['test: none, a side is empty'];
  if (test.p === undefined) return [`test: ${test.name}; all trials agree`];
  if (superiority === undefined || test.minimumAttainableP === undefined)
    return [`test: ${test.name}; each side has a single, different value (${nameP(test.p)} at most)`];
  const lines = [
    `test: ${test.name}, two-sided, ${test.statistic.name} ${test.statistic.value}, ${nameP(test.p)}; ` +
      `the smallest p that these values could give is ${formatP(test.minimumAttainableP)}`,
  ];
  if (second)
    lines.push(`also: ${second.method} rank-sum, U ${second.u}, ${nameP(second.twoSided)}, not decisive`);
  if (difference)
    lines.push(
      `level only: Brunner-Munzel, ${levelStatistic(difference.level.statistic)}, ${nameP(difference.level.twoSided)}`,
    );
  lines.push(`P(candidate > base), ties half: ${Number(superiority.toPrecision(3))}`);
  return lines;
}

/** `W 2.31`; sides that do not overlap have no finite one. */
function levelStatistic(statistic: number): string {
  return Number.isFinite(statistic) ? `W ${Number(statistic.toPrecision(4))}` : 'the sides do not overlap';
}

function effectLines(comparison: MetricComparison, phrases: Phrases): string[] {
  const { effect, rates } = comparison;
  if (effect === undefined) return [];
  const method = effect.kind === 'shift' ? 'Hodges-Lehmann shift' : 'difference of means';
  const lines = [`effect: ${method}, ${phrases.change(comparison)}, ${phrases.interval(comparison)}`];
  if (rates) {
    const share = (rate: EventRate) =>
      `${rate.events}/${rate.trials} [${rate.interval.low.toFixed(3)}, ${rate.interval.high.toFixed(3)}]`;
    const { low, high } = rates.difference.interval;
    lines.push(
      `not zero: base ${share(rates.base)}, candidate ${share(rates.candidate)}, difference ` +
        `${rates.difference.estimate.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`,
    );
  }
  return lines;
}

function gateLines({ definition, result }: JudgedMetric, phrases: Phrases): string[] {
  const { comparison } = result;
  const rate = rateGate(definition.gate);
  const lines = [`a change counts if it is ${phrases.gate(comparison)} or more`];
  if (comparison.rates && rate !== undefined) {
    lines.push(`or if the share of nonzero trials changes by ${Number(rate.toPrecision(3))} or more`);
  }
  return lines;
}

function correctionLines({ result, correction, look }: JudgedMetric): string[] {
  const lines: string[] = [];
  if (look) {
    const spend = Number(look.spend.toPrecision(3));
    lines.push(
      `look ${look.index} of ${look.of}: the first ${look.trials} trials per side, spends ${spend} of alpha`,
    );
  }
  if (result.p === undefined || result.adjusted === undefined) return lines;
  const sign = result.adjusted <= result.alpha ? 'at most' : 'above';
  lines.push(
    `${correction}: p ${formatP(result.p)} becomes ${formatP(result.adjusted)}, ${sign} alpha ${result.alpha}`,
  );
  return lines;
}
