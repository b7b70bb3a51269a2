import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { GuestLaboratory } from '../../bisect/bisection/guest-laboratory.ts';
import { type CommitVerdict, judgeCommit } from '../../bisect/bisection/judge-commit.ts';
import { chooseCells, chooseMetric } from '../../bisect/bisection/subject.ts';
import type { Direction } from '../../bisect/search/ends.ts';
import { KernelTree } from '../../bisect/tree/kernel-tree.ts';
import { readFixups, SourceRepository } from '../../bisect/tree/source-repository.ts';
import { UsageError } from '../../errors.ts';
import { exitCodes } from '../../exit-code.ts';
import type { AcceleratorRequest } from '../../machine/accelerator.ts';
import { createProgress } from '../../progress/progress.ts';
import { cacheFolder } from '../../project.ts';
import { requestedAccelerator } from '../../run/requested-accelerator.ts';
import { RunFolder } from '../../store/run-folder.ts';
import { stepCodes } from '../bisect-step-code.ts';
import type { CommandContext } from '../context.ts';
import { readMatrix } from '../inputs.ts';

/** Options of `modstorm bisect step`. */
export interface BisectStepOptions {
  metric: string;
  limit: number;
  boots?: number;
  need?: number;
  worse?: Direction;
  tree: string;
  fixup: string[];
  filter: string[];
  accel: AcceleratorRequest['requested'];
  jobs?: number;
  results: string;
}

const defaultBoots = 5;

/**
 * `modstorm bisect step`: judges the checked-out commit, for the user's own `git bisect run`. Trusts its boots, as git does,
 * while `modstorm bisect` weighs them.
 */
export async function bisectStep(
  reference: string,
  options: BisectStepOptions,
  context: CommandContext,
): Promise<number> {
  const { matrix, workloads } = await readMatrix(reference);
  const cells = chooseCells(matrix, options.filter, 1);
  const [cell] = cells;
  // biome-ignore lint/style/noNonNullAssertion: a checked matrix has the workloads of its cells
  const workload = workloads.get(cell.workload.name)!;
  const { worse } = chooseMetric(options.metric, [workload], { fixed: false, given: options.worse });
  const boots = options.boots ?? defaultBoots;
  const need = options.need ?? Math.floor(boots / 2) + 1;
  if (need > boots)
    throw new UsageError('BISECT_INCOMPLETE', `--need ${need} can never be reached in ${boots} boots`);
  const { signal } = context;
  const tree = await KernelTree.open(options.tree, { signal });
  const commit = await tree.bisectedCommit();
  const sources = await SourceRepository.open(tree, await readFixups(options.fixup), cacheFolder(), {
    signal,
  });
  const folder = await RunFolder.create(options.results, { matrixName: 'bisect-step', now: new Date() });
  const display = createProgress(context);
  try {
    const laboratory = new GuestLaboratory({
      ...{ matrix, cells, workloads, sources, folder, signal },
      requested: requestedAccelerator(matrix.require, options.accel),
      cores: options.jobs ?? availableParallelism(),
      metric: options.metric,
      sink: display.sink,
      onHost: async () => undefined,
    });
    const { metric, limit } = options;
    const target = { commit, purpose: { stage: 'search' } } as const;
    const verdict = await judgeCommit(laboratory, target, { metric, worse, limit, boots, need }, signal);
    display.close();
    context.stdout(`${commit.slice(0, 12)} ${sentence(verdict, options)} (${relative('', folder.path)})\n`);
    return codeOf(verdict, context);
  } finally {
    display.close();
  }
}

function sentence(verdict: CommitVerdict, { metric, limit }: BisectStepOptions): string {
  switch (verdict.kind) {
    case 'interrupted':
      return 'was not judged: interrupted';
    case 'untestable':
      return `cannot be tested: ${verdict.reason}`;
    case 'good':
    case 'bad':
      return `is ${verdict.kind}: ${verdict.bad} of ${verdict.values.length} boots are worse than ${limit}, ${metric} ${verdict.values.join(' ')}`;
  }
}

function codeOf(verdict: CommitVerdict, context: CommandContext): number {
  return verdict.kind === 'interrupted'
    ? (context.interruption() ?? exitCodes.infrastructure)
    : stepCodes[verdict.kind];
}
