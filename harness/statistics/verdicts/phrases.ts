/**
 * Phrases about one metric, shared by the sentence and the full explanation.
 * @module
 */
import { shownInterval } from '../effects/effect.ts';
import type { MetricDefinition } from '../samples/metric.ts';
import type { Scalar } from '../samples/value.ts';
import { isMeasured, type MetricComparison, type RateComparison } from './comparison.ts';
import { type FormatValue, formatPercent, formatPlainly } from './format.ts';

/** Formats the phrases of a sentence about one metric. */
export class Phrases {
  readonly definition: MetricDefinition;
  readonly format: FormatValue;

  constructor(definition: MetricDefinition, format: FormatValue = formatPlainly) {
    this.definition = definition;
    this.format = format;
  }

  value(value: Scalar): string {
    return this.format(value, this.definition.unit);
  }

  signed(value: number): string {
    const text = this.value(value);
    return value > 0 ? `+${text}` : text;
  }

  /** `mean 80 -> 120 loads (+40 loads, +50 %)`; times: `median 20 -> 22 ms, typically +1.9 ms (+9.5 %)`. */
  change(comparison: MetricComparison): string {
    if (!isMeasured(comparison)) return 'no values to compare';
    const { effect, base, candidate, testedAs } = comparison;
    const size = this.signed(effect.estimate);
    const percent = effect.fraction === undefined ? undefined : formatPercent(effect.fraction);
    if (effect.kind === 'shift') {
      const medians = `median ${this.value(base.median)} -> ${this.value(candidate.median)}`;
      return `${medians}, typically ${size}${percent === undefined ? '' : ` (${percent})`}`;
    }
    const exact = testedAs === 'deterministic';
    const from = this.value(exact ? base.least : base.mean);
    const to = this.value(exact ? candidate.least : candidate.mean);
    return `${exact ? '' : 'mean '}${from} -> ${to} (${size}${percent === undefined ? '' : `, ${percent}`})`;
  }

  /** `95 % interval -3 to +12 loads`. */
  interval({ effect, base, candidate }: MetricComparison): string {
    if (effect === undefined) return 'no interval';
    const { low, high, confidence } = shownInterval(effect, base, candidate);
    if (confidence < 0.5)
      return base.n + candidate.n > 2 && low === high
        ? 'no spread on either side'
        : 'no interval (too few values)';
    const level = Number((confidence * 100).toPrecision(3));
    return `${level} % interval ${this.signed(low)} to ${this.signed(high)}`;
  }

  rates(rates: RateComparison): string {
    const side = (rate: RateComparison['base']) => `${rate.events} of ${rate.trials}`;
    return `not zero in ${side(rates.base)} -> ${side(rates.candidate)} trials`;
  }

  /** `standard deviation 3.1 -> 14 loads`. */
  spreads({ base, candidate }: MetricComparison): string {
    return `standard deviation ${this.value(base.deviation ?? 0)} -> ${this.value(candidate.deviation ?? 0)}`;
  }

  means(comparison: MetricComparison): string {
    if (!isMeasured(comparison)) return 'no values to compare';
    const { base, candidate } = comparison;
    return `${this.value(base.mean)} -> ${this.value(candidate.mean)}`;
  }

  sizes({ base, candidate }: MetricComparison): string {
    return `n=${base.n} and ${candidate.n}`;
  }

  /** `a burst in more than 33 % of the trials is excluded, a rarer one is not`. */
  excluded({ bursts, testedAs }: MetricComparison): string {
    const { events } = this.definition;
    if (events !== undefined)
      return `a change of ${events} in more than ${Math.ceil((bursts?.bound ?? 1) * 100)} % of the trials is excluded, a smaller one is not`;
    const what = testedAs === 'deterministic' ? 'a deviation' : 'a burst';
    return `${what} in more than ${Math.ceil((bursts?.bound ?? 1) * 100)} % of the trials is excluded, a rarer one is not`;
  }

  gate(comparison: MetricComparison): string {
    return this.value(comparison.threshold);
  }
}
