import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { exitCodes } from '../../exit-code.ts';
import type { PlannedChanges } from '../../judgement/planned-changes.ts';
import { type BudgetChoice, chooseWithin, wallTimeNs } from '../../plan/budget.ts';
import { type EstimateOptions, estimatePlan, type PlanEstimate } from '../../plan/estimate.ts';
import { makePlan } from '../../plan/plan.ts';
import { type PlannedShard, planShards } from '../../plan/plan-shards.ts';
import type { Shard } from '../../plan/shard.ts';
import type { Plan } from '../../plan/trial.ts';
import { type Column, renderTable } from '../../report/text/table.ts';
import { requestedAccelerator } from '../../run/requested-accelerator.ts';
import { shellQuote } from '../../shell-quote.ts';
import { formatDuration, plural } from '../../units.ts';
import type { CommandContext } from '../context.ts';
import { type MatrixInput, readMatrix } from '../inputs.ts';
import { changeLines, wallTimeLines } from '../plan-cost.ts';
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
  /** Number of shards for `github` and `gitlab`, and of hosts that a budget may use. */
  shards?: number;
  /** Wall clock to spend, ns. */
  budget?: number;
  /** A baseline or run whose spread says what the plan can see. */
  baseline?: string;
  results: string;
  baselines: string;
}

/**
 * `modstorm plan`: prints the cells and trials of a matrix, what they cost and can show, or QEMU's command lines with --dry-run. Boots
 * nothing.
 * @throws UsageError BUDGET_SMALL; those of the matrix and of the plan
 */
export async function planCommand(
  reference: string,
  options: PlanCommandOptions,
  context: CommandContext,
): Promise<number> {
  const input = await readMatrix(reference);
  const estimate = await estimateOptions(input, options);
  const seed = options.seed ?? randomInt(2 ** 32);
  const chosen = chooseShards(input, options, seed, estimate);
  if (options.github || options.gitlab) {
    const { shards } = chosen ?? fixedShards(input, options, seed, estimate);
    context.stdout(options.github ? githubMatrix(shards) : gitlabPipeline(shards));
    return exitCodes.success;
  }
  const plan = makePlan(input.matrix, {
    seed,
    filters: options.filter,
    repetitions: chosen?.repetitions ?? options.repetitions,
    shard: options.shard,
  });
  if (options.dryRun) {
    // Loaded only here, because it needs what prepares and boots guests.
    const { printCommandLines } = await import('./plan-command-lines.ts');
    await printCommandLines(input, plan, options, context);
    return exitCodes.success;
  }
  const changes = await readChanges(input, plan, options, context);
  const cost: PlanCost = { estimate: estimatePlan(plan, estimate), options: estimate, chosen, changes };
  context.stdout(options.json ? renderJson(input, plan, cost) : renderText(input, plan, cost, options));
  return exitCodes.success;
}

/** What a plan costs and can show. */
interface PlanCost {
  estimate: PlanEstimate;
  options: EstimateOptions;
  chosen: BudgetChoice | undefined;
  changes: PlannedChanges | undefined;
}

/** Hosts that a budget may use if nobody says how many. */
const usualHosts = 16;

/** The boots that the budget pays for; undefined without a budget. */
function chooseShards(
  { matrix }: MatrixInput,
  { budget, shards, filter: filters, repetitions }: PlanCommandOptions,
  seed: number,
  estimate: EstimateOptions,
): BudgetChoice | undefined {
  if (budget === undefined) return undefined;
  const spent = { wallNs: budget, hosts: shards ?? usualHosts };
  return chooseWithin(matrix, { seed, filters, repetitions }, spent, estimate);
}

/** The shards for a CI system without a budget. */
function fixedShards(
  { matrix }: MatrixInput,
  { github, shards = 1, filter: filters, repetitions }: PlanCommandOptions,
  seed: number,
  estimate: EstimateOptions,
): Pick<BudgetChoice, 'shards'> {
  const most = github ? githubJobs : gitlabJobs;
  return { shards: planShards(matrix, { seed, filters, repetitions }, Math.min(most, shards), estimate) };
}

async function estimateOptions(input: MatrixInput, options: PlanCommandOptions): Promise<EstimateOptions> {
  const accelerator = acceleratorOf(input, options);
  const measured = async (results: string) =>
    (await import('../earlier-durations.ts')).earlierDurations(results, input.matrix.cells, accelerator);
  return {
    accelerator,
    hostCores: availableParallelism(),
    workloads: input.workloads,
    ...(existsSync(options.results) && { measuredNs: await measured(options.results) }),
  };
}

/** What the plan can see, from the spread of a baseline; undefined if none was named or nothing is compared. */
async function readChanges(
  { matrix }: MatrixInput,
  plan: Plan,
  { baseline, results, baselines }: PlanCommandOptions,
  context: CommandContext,
): Promise<PlannedChanges | undefined> {
  const { compare, gates, trials } = matrix;
  if (baseline === undefined || compare === undefined) return undefined;
  // Loaded only here: the judge, and what reads baselines and runs.
  const { findSide } = await import('../comparison-input.ts');
  const { plannedChanges } = await import('../../judgement/planned-changes.ts');
  const { side } = await findSide(baseline, { results, baselines }, context);
  const repetitions = plan.trials.length / plan.cells.length;
  const looks = trials.kind === 'looks' ? trials.looks.filter(look => look <= repetitions) : undefined;
  return plannedChanges({ cells: plan.cells, compare, gates, trials: repetitions, looks }, side);
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

function renderText(input: MatrixInput, plan: Plan, cost: PlanCost, options: PlanCommandOptions): string {
  const { estimate, chosen, changes } = cost;
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
  const known = cells.filter(({ id }) => cost.options.measuredNs?.has(id)).length;
  const source =
    known === 0 ? '' : `; ${known} of ${plural(cells.length, 'cell')} as measured in earlier runs`;
  const cores = `${(estimate.coreNs / 3600e9).toPrecision(2)} CPU-hours`;
  const byHosts = options.shard === undefined ? hostsTable(input, plan, cost) : [];
  const repetitions = plan.trials.length / cells.length;
  return [
    `${input.file}: ${plural(cells.length, 'cell')}, ${plural(plan.trials.length, 'trial')}, seed ${plan.seed}`,
    '',
    ...renderTable(planColumns, rows),
    '',
    `about ${formatDuration(estimate.totalNs)} in total ${how}, not counting kernel and image builds`,
    `${plural(plan.trials.length, 'boot')}, ${cores}${source}`,
    ...(byHosts.length > 1 ? ['', ...wallTimeLines(byHosts)] : []),
    ...(changes ? ['', ...changeLines(changes, options.baseline ?? '', repetitions)] : []),
    ...(chosen ? ['', ...budgetLines(input, plan, chosen, options)] : []),
    '',
  ].join('\n');
}

/** Shards for 1, 2, 4 … hosts, and for as many as have work. */
function hostsTable({ matrix }: MatrixInput, plan: Plan, { options }: PlanCost): PlannedShard[][] {
  const ids = plan.cells.map(({ id }) => id);
  const own = {
    seed: plan.seed,
    filters: [`id=${ids.join(',')}`],
    repetitions: plan.trials.length / ids.length,
  };
  const tables: PlannedShard[][] = [];
  for (let hosts = 1; hosts <= usualHosts; hosts *= 2) {
    const shards = planShards(matrix, own, hosts, options);
    if (shards.length > (tables.at(-1)?.length ?? 0)) tables.push(shards);
  }
  return tables;
}

/** The command lines that spend the budget. */
function budgetLines(
  { file }: MatrixInput,
  { seed }: Plan,
  { repetitions, shards }: BudgetChoice,
  { budget = 0 }: PlanCommandOptions,
): string[] {
  const wall = formatDuration(wallTimeNs(shards));
  const words = ['modstorm', 'run', file, '--repetitions', String(repetitions), '--seed', String(seed)];
  const all = shards.length === 1 ? '' : ` --shard I/${shards.length}`;
  return [
    `${formatDuration(budget)} pay for ${plural(repetitions, 'boot')} of each cell on ${plural(shards.length, 'host')}, about ${wall}:`,
    `  ${shellQuote(words)}${all}`,
  ];
}

function renderJson(input: MatrixInput, plan: Plan, { estimate, chosen, changes }: PlanCost): string {
  const trials = countTrials(plan);
  const document = {
    version: 1,
    matrix: input.file,
    seed: plan.seed,
    digest: plan.digest,
    estimateNs: estimate.totalNs,
    coreNs: estimate.coreNs,
    budget: chosen && {
      repetitions: chosen.repetitions,
      shards: chosen.shards.length,
      estimateNs: wallTimeNs(chosen.shards),
    },
    detectable: changes?.metrics.map(({ definition, changes: sizes }) => ({
      metric: definition.name,
      worse: definition.worse,
      cells: [...sizes].map(([label, change]) => ({ label, change: change ?? null })),
    })),
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
