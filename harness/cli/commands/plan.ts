import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { exitCodes } from '../../exit-code.ts';
import { type EstimateOptions, estimatePlan, type PlanEstimate } from '../../plan/estimate.ts';
import { makePlan } from '../../plan/plan.ts';
import { planShards } from '../../plan/plan-shards.ts';
import type { Shard } from '../../plan/shard.ts';
import type { Plan } from '../../plan/trial.ts';
import { type Column, renderTable } from '../../report/text/table.ts';
import { requestedAccelerator } from '../../run/requested-accelerator.ts';
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
    // Loaded only here, because it needs what prepares and boots guests.
    const { printCommandLines } = await import('./plan-command-lines.ts');
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
  return requestedAccelerator(matrix.require, accel) === 'kvm' ? 'kvm' : 'tcg';
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
