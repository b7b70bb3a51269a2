import { randomInt } from 'node:crypto';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCodes } from '../../exit-code.ts';
import { qemuArguments } from '../../machine/arguments.ts';
import { type EstimateOptions, estimatePlan, type PlanEstimate } from '../../plan/estimate.ts';
import { makePlan } from '../../plan/plan.ts';
import { planShards } from '../../plan/plan-shards.ts';
import type { Shard } from '../../plan/shard.ts';
import type { Plan } from '../../plan/trial.ts';
import { createProgress } from '../../progress/progress.ts';
import { type Column, renderTable } from '../../report/text/table.ts';
import { prepareRun } from '../../run/prepared-run.ts';
import { shellQuote } from '../../shell-quote.ts';
import { machineSettings } from '../../trial/trial-runner.ts';
import { formatDuration, plural } from '../../units.ts';
import type { CommandContext } from '../context.ts';
import { type MatrixInput, readMatrix } from '../inputs.ts';
import { githubJobs, githubMatrix, gitlabJobs, gitlabPipeline } from '../shard-jobs.ts';

/** Options of `modstorm plan`. */
export interface PlanCommandOptions {
  accel: 'auto' | 'kvm' | 'tcg';
  filter: string[];
  dryRun?: boolean;
  github?: boolean;
  gitlab?: boolean;
  json?: boolean;
  repetitions?: number;
  seed?: number;
  shard?: Shard;
  /** Number of shards for `github` and `gitlab`. */
  shards?: number;
}

/** `modstorm plan`: prints the cells and trials of a matrix, or QEMU's command lines with --dry-run. Boots nothing. */
export async function planCommand(
  reference: string,
  options: PlanCommandOptions,
  context: CommandContext,
): Promise<number> {
  const input = await readMatrix(reference);
  const plan = makePlan(input.matrix, {
    seed: options.seed ?? randomInt(2 ** 32),
    filters: options.filter,
    repetitions: options.repetitions,
    shard: options.shard,
  });
  const jobs = jobsOfPlan(input, options, plan.seed);
  if (jobs !== undefined) {
    context.stdout(jobs);
    return exitCodes.success;
  }
  if (options.dryRun) {
    await printCommandLines(input, plan, options, context);
    return exitCodes.success;
  }
  const estimate = estimatePlan(plan, estimateOptions(input, options));
  context.stdout(
    options.json ? renderJson(input, plan, estimate) : renderText(input, plan, estimate, options),
  );
  return exitCodes.success;
}

/** The shards for a CI system; undefined if none was asked for. */
function jobsOfPlan(input: MatrixInput, options: PlanCommandOptions, seed: number): string | undefined {
  if (!options.github && !options.gitlab) return undefined;
  const most = options.github ? githubJobs : gitlabJobs;
  const { filter: filters, repetitions } = options;
  const shards = planShards(
    input.matrix,
    { seed, filters, repetitions },
    Math.min(most, options.shards ?? 1),
    estimateOptions(input, options),
  );
  return options.github ? githubMatrix(shards) : gitlabPipeline(shards);
}

function estimateOptions(input: MatrixInput, options: PlanCommandOptions): EstimateOptions {
  return {
    accelerator: acceleratorOf(input, options),
    hostCores: availableParallelism(),
    workloads: input.workloads,
  };
}

/** Unless KVM is requested, assume emulation: only a boot proves that KVM works. */
function acceleratorOf({ matrix }: MatrixInput, { accel }: PlanCommandOptions): 'kvm' | 'tcg' {
  return (matrix.require.accel ?? accel) === 'kvm' ? 'kvm' : 'tcg';
}

const planColumns: Column[] = [
  { head: ['cell'], align: 'left' },
  { head: ['id'], align: 'left' },
  { head: ['trials'], align: 'right' },
  { head: ['per trial'], align: 'left' },
];

function renderText(
  input: MatrixInput,
  plan: Plan,
  estimate: PlanEstimate,
  options: PlanCommandOptions,
): string {
  const cells = plan.cells;
  const trials = countTrials(plan);
  const rows = cells.map(cell => [
    cell.label,
    cell.id,
    String(trials.get(cell.id)),
    // biome-ignore lint/style/noNonNullAssertion: the estimate is for this plan and covers every cell
    `about ${formatDuration(estimate.cellNs.get(cell.id)!)}`,
  ]);
  const how =
    acceleratorOf(input, options) === 'kvm' ? 'under KVM' : 'under emulation (TCG); far less with KVM';
  return [
    `${input.file}: ${plural(cells.length, 'cell')}, ${plural(plan.trials.length, 'trial')}, seed ${plan.seed}`,
    '',
    ...renderTable(planColumns, rows),
    '',
    `about ${formatDuration(estimate.totalNs)} in total ${how}, not counting kernel and image builds`,
    '',
  ].join('\n');
}

function renderJson(input: MatrixInput, plan: Plan, estimate: PlanEstimate): string {
  const trials = countTrials(plan);
  const document = {
    version: 1,
    matrix: input.file,
    seed: plan.seed,
    digest: plan.digest,
    estimateNs: estimate.totalNs,
    cells: plan.cells.map(cell => ({
      ...cell,
      trials: trials.get(cell.id),
      estimateNs: estimate.cellNs.get(cell.id),
    })),
    trials: plan.trials.map(({ id, cell, repetition, order }) => ({ id, cell: cell.id, repetition, order })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function countTrials(plan: Plan): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { cell } of plan.trials) counts.set(cell.id, (counts.get(cell.id) ?? 0) + 1);
  return counts;
}

/** Makes the agent print the stats on the console instead of waiting for the host to acknowledge them. */
const nobodyListens = 'modstorm.host=none';

/**
 * One line per cell, ready to paste: the kernel and image are built first. The console is the terminal, where Ctrl-C ends
 * the guest, and the channel goes to a file.
 */
async function printCommandLines(
  input: MatrixInput,
  plan: Plan,
  options: PlanCommandOptions,
  context: CommandContext,
): Promise<void> {
  const display = createProgress(context);
  try {
    const prepared = await prepareRun({
      matrix: input.matrix,
      plan,
      workloads: input.workloads,
      requested: input.matrix.require.accel ?? options.accel,
      cores: availableParallelism(),
      signal: context.signal,
      sink: display.sink,
    });
    display.close();
    for (const cell of plan.cells) {
      // biome-ignore lint/style/noNonNullAssertion: the cells of this plan were prepared
      const one = prepared.cells.get(cell.id)!;
      const { deadlineNs } = one.workload;
      const exact = machineSettings({ ...one, deadlineNs }, prepared.host, {
        id: 'dry-run',
        consoleFile: '-',
        countFile: join(tmpdir(), `modstorm-dry-run-${cell.id}.instructions`),
      });
      const settings = {
        ...exact,
        commandLine: `${exact.commandLine} ${nobodyListens}`,
        channelFile: join(tmpdir(), `modstorm-dry-run-${cell.id}.channel`),
      };
      context.stdout(`# ${cell.label}\n${shellQuote([settings.qemu, ...qemuArguments(settings)])}\n`);
    }
  } finally {
    display.close();
  }
}
