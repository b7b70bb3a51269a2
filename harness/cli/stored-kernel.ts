import { UsageError } from '../errors.ts';
import type { StoredKernel } from '../judgement/history/confirmation.ts';
import type { HistoryPoint } from '../judgement/history/history-series.ts';
import { kernelArtifacts } from '../kernel/kernel-artifacts.ts';
import { cacheFolder } from '../project.ts';
import { RunFolder } from '../store/run-folder.ts';

/**
 * The kernel that a run booted, from the cache.
 * @param results the folder that holds the run
 * @throws UsageError HISTORY_KERNELS if the cache no longer has it; errors of the store
 */
export async function storedKernel(
  { run: name, kernel }: HistoryPoint,
  results: string,
): Promise<StoredKernel> {
  const run = await (await RunFolder.open(name, results)).readRun();
  const record = run.kernels.find(({ objectDigest }) => objectDigest === kernel);
  const artifact = record && (await kernelArtifacts(cacheFolder()).find(record.key));
  if (artifact) return { image: artifact.image, modules: artifact.modules };
  const what = record ? `, ${record.origin} (${record.config}),` : '';
  throw new UsageError('HISTORY_KERNELS', `the kernel of ${name}${what} is not in the cache of this host`, {
    hint: 'Confirm on the host that made the runs, or write a matrix with both kernels and `compare: { axis: kernel }`.',
  });
}
