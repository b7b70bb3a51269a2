import { metrics as ownMetrics } from '../measurement/metric-table.ts';
import type { Summary } from '../statistics/samples/descriptive.ts';
import { formatPercent } from '../statistics/verdicts/format.ts';
import type { JudgedMetric, Qualification } from '../statistics/verdicts/metric-verdict.ts';
import { explainInSentence } from '../statistics/verdicts/sentence.ts';
import { formatQuantity } from './quantity.ts';
import { failedBoots } from './side.ts';

/** Metrics of failed loads: by stage, by bytes, and per request. */
const failureMetrics: ReadonlySet<string> = new Set(
  ownMetrics.filter(({ family, name }) => family === 'waste' && name !== 'requests').map(({ name }) => name),
);

/** The overall ones, which decide whether it got better or worse. */
const sums: ReadonlySet<string> = new Set(['wasted_bytes', 'waste_per_request']);

/** The ones that depend on how fast loads follow each other. */
const rates: ReadonlySet<string> = new Set(['waste_per_request', 'failures_per_request']);

/**
 * Qualifies metrics of a pair by each other: a proved change may be neither better nor worse if another metric explains
 * it.
 *
 * - *Moved*: failures that fell at one stage of a load and rose at another, or fewer failures that waste more bytes, are
 *   not an improvement. Nor is a rise at one stage a regression if the wasted bytes fell overall.
 * - *Pace*: the waste per request depends on how often loads collide. If the throughput changed as well, the kernels had
 *   different loads: slower loads that collide less are not an improvement, and faster loads that collide more are not a
 *   regression. A workload with fixed work decides.
 * - *Failed boots*: if more boots of the candidate failed than of the base, none of its metrics improved: the boots with
 *   the heaviest load may be the missing ones.
 */
export function qualifyVerdicts(metrics: readonly JudgedMetric[]): JudgedMetric[] {
  const failures = metrics.filter(({ definition }) => failureMetrics.has(definition.name));
  const throughput = metrics.find(({ definition }) => definition.name === 'loads_per_second');
  const boots = metrics.find(({ definition }) => definition.name === failedBoots);
  return metrics.map(metric => {
    const qualification =
      censoredBy(metric, boots) ?? movedBeside(metric, failures) ?? pacedBy(metric, throughput);
    return qualification === undefined ? metric : qualify(metric, qualification);
  });
}

function censoredBy({ result }: JudgedMetric, boots: JudgedMetric | undefined): Qualification | undefined {
  const { base, candidate } = boots?.result.comparison ?? {};
  if (result.verdict !== 'IMPROVED' || (candidate?.mean ?? 0) <= (base?.mean ?? 0)) return undefined;
  const failed = (side: Summary | undefined) =>
    `${Math.round((side?.mean ?? 0) * (side?.n ?? 0))} of ${side?.n ?? 0}`;
  const because = `not an improvement, because ${failed(candidate)} boots of the candidate failed, and ${failed(base)} of the base`;
  return { word: 'CHANGED', because };
}

function movedBeside(metric: JudgedMetric, failures: readonly JudgedMetric[]): Qualification | undefined {
  if (!failures.includes(metric) || sums.has(metric.definition.name)) return undefined;
  const { verdict } = metric.result;
  const improved = verdict === 'IMPROVED';
  // A headline that got worse stays worse: its gate was declared.
  if (!improved && (verdict !== 'REGRESSED' || metric.definition.headline)) return undefined;
  const others = failures.filter(({ definition, result }) =>
    improved ? result.verdict === 'REGRESSED' : result.verdict === 'IMPROVED' && sums.has(definition.name),
  );
  if (others.length === 0) return undefined;
  const reasons = others.map(other => `${other.definition.name} ${describeChange(other)}`).join(', ');
  return {
    word: 'MOVED',
    because: `not ${improved ? 'an improvement' : 'a regression'}, because ${reasons}`,
  };
}

function pacedBy(
  { definition, result }: JudgedMetric,
  throughput: JudgedMetric | undefined,
): Qualification | undefined {
  // Only if it leads its family do requests come as fast as the kernel allows.
  if (!rates.has(definition.name) || throughput?.definition.headline !== true || !throughput.result.changed)
    return undefined;
  const faster = (throughput.result.comparison.effect?.estimate ?? 0) > 0;
  if (result.verdict !== (faster ? 'REGRESSED' : 'IMPROVED')) return undefined;
  const pace = `loads_per_second ${describeChange(throughput)}`;
  const why = faster
    ? 'faster loads collide more often, so this alone is not a regression'
    : 'slower loads collide less often, so this alone is not an improvement';
  return { word: 'CHANGED', because: `${pace}, and ${why}; a workload with fixed work decides` };
}

/** `rose by 13.5`, `fell by 412 /s (-88 %)`. */
function describeChange({ definition, result }: JudgedMetric): string {
  const { effect } = result.comparison;
  if (effect === undefined) return 'changed';
  const size = formatQuantity(Math.abs(effect.estimate), definition.unit);
  const percent = effect.fraction === undefined ? '' : ` (${formatPercent(effect.fraction)})`;
  return `${effect.estimate > 0 ? 'rose' : 'fell'} by ${size}${percent}`;
}

/**
 * Marks a proved change as neither better nor worse, with the reason in its sentence.
 * @param changed whether it still counts as a change
 */
export function qualify(
  metric: JudgedMetric,
  qualification: Qualification,
  changed = metric.result.changed,
): JudgedMetric {
  const result = {
    ...metric.result,
    changed,
    verdict: 'INCONCLUSIVE' as const,
    reason: 'qualified' as const,
    qualification,
  };
  return { ...metric, result, sentence: explainInSentence(result, metric.definition, formatQuantity) };
}
