import type { RunRecord } from './run-record.ts';

/**
 * The object digest of the kernel that a cell booted; undefined if the run does not record it. Several configs with one
 * kernel name may include the fragments of the cell.
 */
export function kernelOfCell(
  { kernels }: Pick<RunRecord, 'kernels'>,
  settings: Readonly<Record<string, string>>,
): string | undefined {
  const words = (settings['config'] ?? '').split('+');
  const named = kernels.filter(({ kernel }) => kernel === settings['kernel']);
  const fitting = named.filter(({ config }) =>
    words.every(word => word === 'plain' || config.split('+').includes(word)),
  );
  // Choose the config with the fewest additional fragments, which the workload and the compression add.
  return fitting.sort((a, b) => a.config.split('+').length - b.config.split('+').length)[0]?.objectDigest;
}
