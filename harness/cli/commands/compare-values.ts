import { UsageError } from '../../errors.ts';
import { exitCodes } from '../../exit-code.ts';
import { makeRandom } from '../../random.ts';
import { metricDocument } from '../../report/comparison-document.ts';
import type { Correction } from '../../statistics/corrections/correction.ts';
import type { MetricClass, Worse } from '../../statistics/samples/metric.ts';
import { parseValues, type Scalar } from '../../statistics/samples/value.ts';
import { analyse } from '../../statistics/verdicts/analysis.ts';
import { explain } from '../../statistics/verdicts/explain.ts';
import type { JudgedMetric } from '../../statistics/verdicts/metric-verdict.ts';
import { readValuesFile } from '../comparison-input.ts';
import type { CommandContext } from '../context.ts';

/** Options of `modstorm compare --values`. */
export interface CompareValuesOptions {
  alpha?: number;
  method?: Correction;
  class?: MetricClass;
  worse?: Worse;
  atLeast?: number;
  relative?: number;
  json?: boolean;
}

/**
 * `modstorm compare --values BASE.txt NEW.txt --class C`: two files with one number per line, from any source.
 * @throws UsageError VALUES_CLASS, VALUES_UNREADABLE, VALUES_EMPTY, VALUE_INVALID
 */
export async function compareValues(
  files: readonly [string, string],
  options: CompareValuesOptions,
  context: CommandContext,
): Promise<number> {
  if (options.class === undefined) {
    throw new UsageError('VALUES_CLASS', '--values needs --class', {
      hint: 'Use --class count for counters, time for durations and rates, deterministic for values that must not vary at all.',
    });
  }
  const read = async (file: string) => parseValues(await readValuesFile(file), file);
  const [base, candidate] = await Promise.all([read(files[0]), read(files[1])]);
  const judged = judgeValues(base, candidate, { ...options, class: options.class });
  context.stdout(
    options.json
      ? `${JSON.stringify({ version: 1, base: files[0], new: files[1], ...(metricDocument(judged) as object) }, null, 2)}\n`
      : `${explain(judged).join('\n')}\n`,
  );
  return judged.result.verdict === 'REGRESSED' ? exitCodes.failed : exitCodes.success;
}

function judgeValues(
  base: readonly Scalar[],
  candidate: readonly Scalar[],
  options: CompareValuesOptions & { class: MetricClass },
): JudgedMetric {
  const definition = {
    name: 'value',
    unit: '',
    class: options.class,
    worse: options.worse ?? 'higher',
    family: 'value',
    headline: true,
    gated: true,
    gate: { atLeast: options.atLeast ?? 0, relative: options.relative ?? 0 },
  } as const;
  const analysis = analyse({
    definitions: [definition],
    cells: [{ cell: 'values', metrics: { value: { base, candidate } } }],
    alpha: options.alpha,
    method: options.method,
    random: makeRandom(1),
  });
  // biome-ignore lint/style/noNonNullAssertion: the request above has one cell and one metric
  return analysis.cells[0]!.metrics[0]!;
}
