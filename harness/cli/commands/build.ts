import { exitCodes } from '../../exit-code.ts';
import { makePlan } from '../../plan/plan.ts';
import type { Shard } from '../../plan/shard.ts';
import { createProgress } from '../../progress/progress.ts';
import { prepareCells } from '../../run/preparation.ts';
import { StepEvents } from '../../run/step-events.ts';
import { formatBytes } from '../../units.ts';
import type { CommandContext } from '../context.ts';
import { readMatrix } from '../inputs.ts';

/** Options of `modstorm build`. */
export interface BuildOptions {
  filter: string[];
  json?: boolean | undefined;
  repetitions?: number | undefined;
  shard?: Shard | undefined;
}

/** `modstorm build`: builds the kernels and images of a matrix into the cache. Boots nothing. */
export async function buildCommand(
  reference: string,
  options: BuildOptions,
  context: CommandContext,
): Promise<number> {
  const { matrix, workloads } = await readMatrix(reference);
  const plan = makePlan(matrix, {
    seed: 0,
    filters: options.filter,
    shard: options.shard,
  });
  const display = createProgress({ ...context, interactive: context.interactive && !options.json });
  const steps = new StepEvents(display.sink);
  try {
    const cells = await prepareCells({
      matrix,
      cells: plan.cells,
      workloads,
      signal: context.signal,
      sink: steps.sink,
    });
    steps.finish();
    display.close();
    const entries = cells.map(({ cell, kernel, image }) => ({
      cell: cell.id,
      label: cell.label,
      kernel: {
        key: kernel.key,
        release: kernel.release,
        image: kernel.image,
        modules: kernel.modules,
        objectDigest: kernel.objectDigest,
        origin: kernel.origin,
      },
      image: { key: image.key, path: image.path, bytes: image.bytes },
    }));
    if (options.json) context.stdout(`${JSON.stringify({ version: 1, cells: entries }, undefined, 2)}\n`);
    else {
      for (const { label, kernel, image } of entries) {
        context.stdout(
          `${label}\n  kernel ${kernel.release}  ${kernel.image}\n  image  ${formatBytes(image.bytes)}  ${image.path}\n`,
        );
      }
    }
  } finally {
    display.close();
  }
  return exitCodes.success;
}
