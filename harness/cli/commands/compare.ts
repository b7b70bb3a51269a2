import { UsageError } from '../../errors.ts';
import { exitCodes } from '../../exit-code.ts';
import {
  compareAcross,
  compareWithin,
  type CompareOptions as SideOptions,
} from '../../judgement/compare-sides.ts';
import { findJudged } from '../../judgement/find-metric.ts';
import { judgeRun } from '../../judgement/judge-run.ts';
import type { RunComparison } from '../../judgement/judgement.ts';
import { formatQuantity } from '../../judgement/quantity.ts';
import type { CompareSetting } from '../../matrix/matrix.ts';
import type { ExportOptions } from '../../report/export-options.ts';
import { loadComparisonExporter } from '../../report/formats.ts';
import { explain } from '../../statistics/verdicts/explain.ts';
import { type FoundSide, findSide, readSessions } from '../comparison-input.ts';
import type { CommandContext } from '../context.ts';
import { chosenFormat, exportOptions, type FormatOptions } from '../options.ts';
import { type Printed, printResults } from '../print-results.ts';
import { type CompareValuesOptions, compareValues } from './compare-values.ts';

/** Options of `modstorm compare`. */
export interface CompareCommandOptions extends CompareValuesOptions, FormatOptions {
  /** Assume that the host was the same in both sessions. */
  assumeStillHost?: boolean;
  axis?: string;
  base?: string;
  baselines: string;
  force?: boolean;
  results: string;
  values?: boolean;
  /** The metric, then words from the name of the pair. */
  why?: string[];
}

/**
 * `modstorm compare`: compares two sides, or the values of an axis inside one run. Returns 1 if and only if a gated
 * metric is REGRESSED. An inconclusive comparison returns 0 and says so.
 * @throws UsageError COMPARE_*, WHY_*, VALUES_*; errors of the store
 */
export async function compareCommand(
  references: readonly string[],
  options: CompareCommandOptions,
  context: CommandContext,
): Promise<number> {
  if (options.values) {
    const [base, candidate] = references;
    if (base === undefined || candidate === undefined)
      throw new UsageError('VALUES_FILES', '--values needs two files: BASE.txt NEW.txt');
    return compareValues([base, candidate], options, context);
  }
  refuseValueOptions(options);
  const comparison = await compareReferences(references, options, context);
  await printResults(await renderOne(comparison, options, exportOptions(options, context)), context);
  return comparison.judgement.regressed ? exitCodes.failed : exitCodes.success;
}

async function renderOne(
  comparison: RunComparison,
  options: CompareCommandOptions,
  shown: ExportOptions,
): Promise<Printed> {
  if (options.why) {
    const [metric = '', ...words] = options.why;
    const pair = words.length > 0 ? words.join(' ') : undefined;
    const lines = explain(findJudged(comparison.judgement, metric, pair), formatQuantity);
    return { text: `${lines.join('\n')}\n` };
  }
  const exporter = await loadComparisonExporter(chosenFormat(options));
  const { summary, colour } = exporter;
  return {
    text: exporter.comparison(comparison, shown),
    colour,
    summary: summary && (room => summary.comparison(comparison, room, shown)),
  };
}

async function compareReferences(
  references: readonly string[],
  options: CompareCommandOptions,
  context: CommandContext,
): Promise<RunComparison> {
  if (references.length > 2) {
    throw new UsageError('COMPARE_SIDES', `compare takes one or two sides, not ${references.length}`, {
      hint: 'Quote names that contain spaces, and put --why last.',
    });
  }
  const [first, second] = await Promise.all(
    references.map(reference => findSide(reference, options, context)),
  );
  for (const found of [first, second]) context.stderr(renderDoubts(found));
  if (first === undefined) throw new UsageError('COMPARE_NOTHING', 'name a run, or a base and a new side');
  const sideOptions: SideOptions = {
    alpha: options.alpha,
    method: options.method,
    force: options.force,
    detail: needsDetail(options) ? 'all' : 'proved',
  };
  if (second === undefined) return compareOne(first, options, sideOptions);
  if (options.base !== undefined) {
    throw new UsageError('COMPARE_BASE', '--base only applies to a comparison inside one run', {
      hint: 'Leave it out: the first of two sides is the base.',
    });
  }
  if (first.side.kind === 'run' && first.side.run === second.side.run)
    context.stderr(`modstorm: both sides are the run ${first.side.run}: nothing can differ\n`);
  // One boot per side proves nothing: only the differences themselves can be shown.
  const text = [first, second].some(({ side }) => side.kind === 'text');
  return compareAcross(first.side, second.side, {
    ...sideOptions,
    detail: text ? 'all' : sideOptions.detail,
    axis: options.axis,
    assumeStillHost: options.assumeStillHost,
    sessions: options.assumeStillHost ? undefined : await readSessions([first.side, second.side], options),
  });
}

/** What the reader of a stats text found doubtful in it. A missing counter shows in the table as such. */
function renderDoubts(found: FoundSide | undefined): string {
  return (found?.findings ?? [])
    .filter(({ severity, code }) => severity !== 'note' && code !== 'STATS_INCOMPLETE')
    .map(({ message, code }) => `modstorm: ${found?.side.name}: ${message} [${code}]\n`)
    .join('');
}

/** Whether to show the metrics below a headline that has no proved change. */
function needsDetail(options: CompareCommandOptions): boolean {
  return options.all === true || options.why !== undefined || chosenFormat(options) !== 'terminal';
}

function compareOne(
  found: FoundSide,
  options: CompareCommandOptions,
  sideOptions: SideOptions,
): RunComparison {
  const declared = found.content?.run.matrix.compare;
  const own =
    declared !== undefined &&
    (options.axis ?? declared.axis) === declared.axis &&
    (options.base ?? declared.base) === declared.base;
  const judged = found.content && own ? judgeRun(found.content, sideOptions) : undefined;
  return judged ?? compareWithin(found.side, givenAxis(found, options), sideOptions);
}

function givenAxis(found: FoundSide, { axis, base }: CompareCommandOptions): CompareSetting {
  if (axis !== undefined && base !== undefined) return { axis, base };
  throw new UsageError('COMPARE_ONE', `nothing to compare ${found.side.name} with`, {
    hint: 'Name a second run or baseline, or an axis inside it: --axis config --base stats.',
  });
}

function refuseValueOptions(options: CompareCommandOptions): void {
  const given = (['class', 'worse', 'atLeast', 'relative'] as const).filter(
    name => options[name] !== undefined,
  );
  if (given.length === 0) return;
  throw new UsageError(
    'COMPARE_VALUES_ONLY',
    `--${given[0] === 'atLeast' ? 'at-least' : given[0]} needs --values`,
    {
      hint: "The gates of a run's metrics belong in its matrix, under `gates:`.",
    },
  );
}
