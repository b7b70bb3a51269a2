import type { MetricDefinition } from '../samples/metric.ts';
import type { MetricComparison } from './comparison.ts';
import { type FormatValue, formatP, formatPercent, formatPlainly, nameP } from './format.ts';
import type { MetricVerdict } from './metric-verdict.ts';
import { Phrases } from './phrases.ts';
import { trialsToExcludeBursts } from './power.ts';

/** The sentence that explains a verdict. */
export function explainInSentence(
  judgement: MetricVerdict,
  definition: MetricDefinition,
  format: FormatValue = formatPlainly,
): string {
  const phrases = new Phrases(definition, format);
  const body = sentenceFor(judgement, phrases);
  const further = needsPhrase(judgement, phrases);
  return `${definition.name} ${body}${further === '' ? '' : `; ${further}`}.`;
}

function sentenceFor(judgement: MetricVerdict, phrases: Phrases): string {
  const { reason, comparison } = judgement;
  const change = phrases.change(comparison);
  const sizes = phrases.sizes(comparison);
  const total = comparison.base.n + comparison.candidate.n;
  const evidence = evidencePhrase(judgement, phrases);
  switch (reason) {
    case 'proved':
      return `${judgement.verdict === 'REGRESSED' ? 'got worse' : 'got better'}: ${change}, ${evidence}`;
    case 'exactly-different':
      return `${exactWord(judgement)}: ${change}, the same in every trial of a side, ${evidence}`;
    case 'proved-without-direction':
      return `CHANGED: ${change}, ${evidence}; neither direction is declared worse`;
    case 'qualified':
      return `${judgement.qualification?.word ?? 'CHANGED'}: ${change}, ${evidence}; ${judgement.qualification?.because ?? ''}`;
    case 'exactly-equal':
      return `is exactly equal: ${equalValue(comparison, phrases)} in all trials, ${sizes}; ${phrases.excluded(comparison)}`;
    case 'all-equal':
      return `did not change: all ${total} values are ${equalValue(comparison, phrases)}, ${sizes}; ${phrases.excluded(comparison)}`;
    case 'inside-gate':
      return `did not change by ${phrases.gate(comparison)} or more: ${change}, ${phrases.interval(comparison)}, ${sizes}; ${phrases.excluded(comparison)}`;
    case 'bursts-open':
      return `is not shown to differ: ${change}, ${phrases.interval(comparison)}, ${sizes}, but ${openBursts(comparison, phrases)}`;
    case 'below-gate':
      return `changed, but whether by the gate of ${phrases.gate(comparison)} is open: ${change}, ${evidence}`;
    case 'spread':
      return `changed its spread, but not provably its level: ${phrases.spreads(comparison)}, ${change}, ${evidence}${levelPhrase(comparison)}`;
    case 'level-open':
      return `differs, but whether its level changed is open: ${change}, ${evidence}${levelPhrase(comparison)}`;
    case 'contradictory':
      return `changed in shape: most trials moved opposite to the mean (${change}), ${evidence}`;
    case 'mixture':
      return `kept its typical value (${change}), but its mean moved, ${phrases.means(comparison)}: some trials changed a lot, ${evidence}`;
    case 'headline-not-proved':
      return `moved, ${change}, ${evidence}, but no change of its family's headline as large as the gate is proved`;
    case 'not-proved':
      return `is not shown to differ: ${change}, ${evidence}`;
    case 'too-few':
      return tooFewPhrase(judgement, phrases);
    case 'no-values':
      return `was not measured on ${emptySides(comparison)}: ${sizes}`;
  }
}

function exactWord({ verdict }: MetricVerdict): string {
  return verdict === 'REGRESSED' ? 'got worse' : 'got better';
}

function evidencePhrase({ p, adjusted, comparison }: MetricVerdict, phrases: Phrases): string {
  const parts: string[] = [];
  if (comparison.rates && comparison.test?.name === 'Fisher on P(nonzero)')
    parts.push(phrases.rates(comparison.rates));
  parts.push(phrases.interval(comparison), phrases.sizes(comparison));
  if (p !== undefined) parts.push(nameP(p));
  if (adjusted !== undefined) parts.push(`adjusted ${formatP(adjusted)}`);
  return parts.join(', ');
}

/** `, p=0.2 for the level (Brunner-Munzel)`; empty if only the interval prevents the claim. */
function levelPhrase({ difference }: MetricComparison): string {
  return difference === undefined
    ? ''
    : `, ${nameP(difference.level.twoSided)} for the level (Brunner-Munzel)`;
}

/** The value that every trial gave. */
function equalValue({ base }: MetricComparison, phrases: Phrases): string {
  return base.least === undefined ? 'none' : phrases.value(base.least);
}

/** `a burst in up to 17 % of the trials stays possible, and 5 % count; 53 more trials per side like these would exclude it`. */
function openBursts(comparison: MetricComparison, phrases: Phrases): string {
  const { bursts, burstGate, base, candidate } = comparison;
  const possible = Math.min(100, Math.ceil((bursts?.bound ?? 1) * 100));
  const { events } = phrases.definition;
  const what =
    events === undefined
      ? `a burst of ${phrases.gate(comparison)} or more in up to ${possible} % of the trials stays possible`
      : `a change of ${events} in up to ${possible} % of the trials stays possible`;
  const open = `${what}, and ${Number((burstGate * 100).toPrecision(2))} % count`;
  const perSide = bursts && trialsToExcludeBursts(bursts, burstGate, comparison.confidence);
  if (perSide === undefined) return open;
  const more = Math.max(1, perSide - Math.min(base.n, candidate.n));
  return `${open}; ${more} more trial${more === 1 ? '' : 's'} per side like these would exclude it`;
}

function tooFewPhrase(judgement: MetricVerdict, phrases: Phrases): string {
  const { comparison, required } = judgement;
  const change = phrases.change(comparison);
  const least = comparison.test?.minimumAttainableP ?? 1;
  const why = least === 1 ? 'no p-value below 1 is possible' : `the smallest possible p is ${formatP(least)}`;
  return `cannot be decided: ${change}, ${phrases.sizes(comparison)}; with these values ${why}, and ${formatP(required)} is required`;
}

function emptySides({ base, candidate }: MetricComparison): string {
  if (base.n > 0) return 'the candidate';
  return candidate.n > 0 ? 'the base' : 'either side';
}

function needsPhrase({ needs, comparison, reason }: MetricVerdict, phrases: Phrases): string {
  if (reason === 'not-proved' && comparison.threshold === 0)
    return 'with a gate of 0 no interval can show that nothing changed: declare the change that counts';
  if (needs === undefined) return '';
  const trials = `${needs.more} more trial${needs.more === 1 ? '' : 's'} per side`;
  if (needs.change === undefined) return `at least ${trials} are needed before any change could be proved`;
  const change = neededChange(needs.change, needs.of, comparison, phrases);
  if (needs.perSide > 1000) return `to show ${change} would take over 1000 trials per side`;
  const often = 'in four runs of five';
  if (needs.more === 0)
    return `about this many trials would show ${change} ${often}: this one is close to the gate`;
  const gates = comparison.threshold > 0 || needs.of === 'rate' ? ', one and a half gates,' : '';
  return `about ${trials} would show ${change}${gates} ${often}`;
}

function neededChange(
  change: number,
  of: 'value' | 'rate',
  { effect }: MetricComparison,
  phrases: Phrases,
): string {
  if (of === 'rate') return `a change in ${Math.round(change * 100)} % of the trials`;
  const centre = Math.abs(effect?.centre ?? 0);
  if (centre === 0) return `a change of ${phrases.value(change)}`;
  return `a change of ${formatPercent(change / centre).replace('+', '')}`;
}
