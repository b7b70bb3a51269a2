import { exitCodes } from '../../exit-code.ts';
import { filterCells } from '../../plan/filter.ts';
import { createProgress } from '../../progress/progress.ts';
import { cacheKey } from '../../run/cache-key.ts';
import { StepEvents } from '../../run/step-events.ts';
import type { CommandContext } from '../context.ts';
import { readMatrix } from '../inputs.ts';

/** Options of `modstorm cache key`. */
export interface CacheKeyOptions {
  filter: string[];
  json?: boolean;
}

/** `modstorm cache key MATRIX`: prints the key under which a CI system keeps the cache. Builds nothing. */
export async function cacheKeyCommand(
  reference: string,
  options: CacheKeyOptions,
  context: CommandContext,
): Promise<number> {
  const { matrix, workloads } = await readMatrix(reference);
  const display = createProgress({ ...context, interactive: false });
  const steps = new StepEvents(display.sink);
  try {
    const cells = filterCells(matrix, options.filter);
    const found = await cacheKey({ matrix, cells, workloads, signal: context.signal, sink: steps.sink });
    const text = options.json ? JSON.stringify({ version: 1, ...found }, null, 2) : found.key;
    context.stdout(`${text}\n`);
  } finally {
    display.close();
  }
  return exitCodes.success;
}
