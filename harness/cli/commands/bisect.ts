import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import {
  type BisectionRequest,
  type BisectionSubject,
  beginBisection,
  openBisection,
  runBisection,
  type StoredBisection,
  setLimits,
} from '../../bisect/bisection/bisection.ts';
import { writeBisectionReport } from '../../bisect/bisection/write-report.ts';
import { progressLines } from '../../bisect/report/status-text.ts';
import type { Limits } from '../../bisect/search/options.ts';
import { UsageError } from '../../errors.ts';
import { exitCodes } from '../../exit-code.ts';
import { createProgress } from '../../progress/progress.ts';
import { ownCommand } from '../../project.ts';
import type { CommandContext } from '../context.ts';
import { restoreMatrix } from '../inputs.ts';
import { subjectOfEvent } from './bisect-event.ts';
import { type BisectSubjectOptions, incomplete, subjectOf } from './bisect-subject.ts';

/** Options of `modstorm bisect`, as commander hands them over. */
export interface BisectCommandOptions extends BisectSubjectOptions {
  firstParent?: boolean;
  skip: string[];
  fixup: string[];
  /** Seconds. */
  budget?: number;
  maxBoots?: number;
  maxBootsPerCommit?: number;
  trustEnds?: boolean;
  revert: boolean;
  resume?: string;
  event?: string;
  jobs?: number;
  seed?: number;
  results: string;
}

/**
 * `modstorm bisect`: builds and boots commits until one is confirmed to have changed the metric, or until the search ends
 * undecided. Returns 0 if a commit was found, else 1. --resume continues a bisection that was interrupted or reached a limit.
 * @throws UsageError BISECT_INCOMPLETE, BISECT_TREE, BISECT_REVISION, BISECT_RANGE, BISECT_CELL, BISECT_METRIC
 */
export async function bisectCommand(
  reference: string | undefined,
  paths: readonly string[],
  options: BisectCommandOptions,
  context: CommandContext,
): Promise<number> {
  if (options.resume !== undefined)
    return goOn(await resumed(options.resume, reference, paths, options), context);
  const request =
    options.event === undefined
      ? { ...(await subjectOf(reference, options)), ...commonRequest(paths, options) }
      : {
          ...commonRequest(paths, options),
          ...(await subjectOfEvent(options.event, fixedByEvent(reference, options))),
        };
  return goOn(await beginBisection(request, context.signal), context);
}

/** Rejects options that the event of a history determines. */
function fixedByEvent(reference: string | undefined, options: BisectCommandOptions): BisectCommandOptions {
  if (!namesSubject(reference, options)) return options;
  throw incomplete(
    'an event already determines what to bisect, so --event takes no matrix, tree, end, metric or filter',
  );
}

/** Whether the command line selects what to bisect. */
function namesSubject(reference: string | undefined, options: BisectCommandOptions): boolean {
  const { tree, good, bad, old, new: fresh, metric, worse, fixed, filter } = options;
  const given = [reference, tree, good, bad, old, fresh, metric, worse, fixed];
  return given.some(one => one !== undefined) || filter.length > 0;
}

function commonRequest(
  paths: readonly string[],
  options: BisectCommandOptions,
): Omit<BisectionRequest, keyof BisectionSubject> {
  return {
    paths,
    firstParent: options.firstParent ?? false,
    skip: options.skip,
    fixups: options.fixup,
    jobs: options.jobs ?? availableParallelism(),
    command: process.argv.slice(2),
    results: options.results,
    search: {
      seed: options.seed ?? randomInt(2 ** 32),
      boots: 800,
      bootsPerCommit: 60,
      trustEnds: options.trustEnds ?? false,
      revert: options.revert,
      ...limitsOf(options),
    },
  };
}

/** The limits that a command line gives. */
function limitsOf({ budget, maxBoots, maxBootsPerCommit }: BisectCommandOptions): Omit<Limits, 'type'> {
  return {
    ...(budget !== undefined && { budgetSeconds: budget }),
    ...(maxBoots !== undefined && { boots: maxBoots }),
    ...(maxBootsPerCommit !== undefined && { bootsPerCommit: maxBootsPerCommit }),
  };
}

/** Its log has the parameters from which every step is replayed. Only limits can be changed. */
async function resumed(
  bisection: string,
  reference: string | undefined,
  paths: readonly string[],
  options: BisectCommandOptions,
): Promise<StoredBisection> {
  const { firstParent, trustEnds, event, seed } = options;
  const changes = [firstParent, trustEnds, event, seed];
  const isAsItWas =
    changes.every(one => one === undefined) &&
    [paths, options.skip, options.fixup].every(({ length }) => length === 0) &&
    options.revert &&
    !namesSubject(reference, options);
  if (!isAsItWas)
    throw new UsageError('RESUME_FIXED', '--resume can only change the limits of a bisection', {
      hint: 'Leave out everything except --results, --budget, --max-boots and --max-boots-per-commit, or start a new one.',
    });
  const stored = await openBisection(bisection, options.results);
  const limits = limitsOf(options);
  if (Object.keys(limits).length > 0) await setLimits(stored, limits);
  return stored;
}

async function goOn(stored: StoredBisection, context: CommandContext): Promise<number> {
  const { folder, record } = stored;
  const { matrix, workloads } = await restoreMatrix(record.matrixText, record.matrixFile);
  const [cell, ...others] = record.cells.flatMap(({ id }) => matrix.cells.find(one => one.id === id) ?? []);
  if (cell === undefined || others.length + 1 !== record.cells.length)
    throw new UsageError('RUN_CHANGED', `${record.run} cannot be resumed: its cells mean something else now`);
  const cells = [cell, ...others] as const;
  const display = createProgress(context);
  const path = relative('', folder.path) || '.';
  const { sink } = display;
  if (record.forkPoint !== undefined)
    sink({
      type: 'warning',
      message: `${record.good} is not an ancestor of ${record.bad}: their merge base ${record.forkPoint.slice(0, 12)} is the ${record.terms.good} end`,
    });
  try {
    const { conclusion, ledger, names } = await runBisection(stored, {
      ...{ matrix, cells, workloads, sink, signal: context.signal },
      onAction: (action, ledger, names) =>
        sink({ type: 'status', lines: progressLines(ledger, action, names) }),
    });
    display.close();
    if (conclusion === undefined) {
      context.stderr(`modstorm: interrupted; resume with: ${ownCommand.join(' ')} bisect --resume ${path}\n`);
      return context.interruption() ?? exitCodes.infrastructure;
    }
    const text = await writeBisectionReport(
      { stored, conclusion, ledger, names, workloads, cells },
      context.signal,
    );
    context.stdout(`${text}\n${path}/report\n`);
    return conclusion.kind === 'found' ? exitCodes.success : exitCodes.failed;
  } finally {
    display.close();
  }
}
