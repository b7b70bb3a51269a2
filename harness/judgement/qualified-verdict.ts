import type { Summary } from '../statistics/samples/descriptive.ts';
import { formatPercent } from '../statistics/verdicts/format.ts';
import type { JudgedMetric, Qualification } from '../statistics/verdicts/metric-verdict.ts';
import { explainInSentence } from '../statistics/verdicts/sentence.ts';
import { formatQuantity } from './quantity.ts';
import { failedBoots } from './side.ts';

/** Faces of one thing, the loads that failed: by stage, by bytes, and for each request. */
const failureMetrics: ReadonlySet<string> = new Set([
  'failed_kread',
  'failed_decompress',
  'failed_becoming',
  'failed_load',
  'kread_bytes',
  'decompress_bytes',
  'becoming_bytes',
  'load_bytes',
  'wasted_bytes',
  'duplicates',
  'duplicate_modules',
  'waste_per_request',
  'failures_per_request',
]);

/** What all of them come to: these say whether it got better or worse. */
const sums: ReadonlySet<string> = new Set(['wasted_bytes', 'waste_per_request']);

/** The ones that depend on how fast loads follow one another. */
const rates: ReadonlySet<string> = new Set(['waste_per_request', 'failures_per_request']);

/**
 * The metrics of one pair, where what one of them says is qualified by another: a proved change that is neither better nor
 * worse by itself.
 *
 * - *Moved*: failures that fell at one stage of a load and came back at another, or fewer failures that waste more bytes,
 *   are no improvement beside that regression; nor is what rose at one stage a regression where the bytes fell in all.
 * - *Pace*: waste for each request depends on how often loads meet each other. Where the throughput changed as well, the
 *   kernels were not asked the same question: slower loads that meet less often are no improvement, and faster ones that
 *   meet more often no regression. A workload of fixed work decides.
 * - *Failed boots*: where more boots of the candidate failed than of the base, nothing it measured is an improvement: the
 *   boots with the heaviest load may be those that are missing.
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
  const because = `not an improvement, as ${failed(candidate)} boots of the candidate failed, and ${failed(base)} of the base`;
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
  const told = others.map(other => `${other.definition.name} ${describeChange(other)}`).join(', ');
  return { word: 'MOVED', because: `not ${improved ? 'an improvement' : 'a regression'}, as ${told}` };
}

function pacedBy(
  { definition, result }: JudgedMetric,
  throughput: JudgedMetric | undefined,
): Qualification | undefined {
  // Only where it leads its family do requests come as fast as the kernel lets them.
  if (!rates.has(definition.name) || throughput?.definition.headline !== true || !throughput.result.changed)
    return undefined;
  const faster = (throughput.result.comparison.effect?.estimate ?? 0) > 0;
  if (result.verdict !== (faster ? 'REGRESSED' : 'IMPROVED')) return undefined;
  const pace = `loads_per_second ${describeChange(throughput)}`;
  const why = faster
    ? 'faster loads meet each other more often, so this is no regression by itself'
    : 'slower loads meet each other less often, so this is no improvement by itself';
  return { word: 'CHANGED', because: `${pace}, and ${why}; a workload of fixed work decides` };
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
 * A proved change that is neither better nor worse, with the reason in its sentence.
 * @param changed whether it is nevertheless a change of what is compared
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
