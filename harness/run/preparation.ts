import { UsageError } from '../errors.ts';
import type { Capability } from '../image/agent-config.ts';
import { buildImage } from '../image/build-image.ts';
import { fragmentsOfCell } from '../kernel/fragments.ts';
import { type KernelRequest, prepareKernels } from '../kernel/prepare-kernel.ts';
import { countedKilohertz, readDelayLoops, readTimeStampKilohertz } from '../machine/delay-loop.ts';
import type { Cell, Matrix } from '../matrix/matrix.ts';
import { type ResolvedWorkload, resolveWorkload } from '../matrix/workload/resolve-workload.ts';
import type { Workloads } from '../matrix/workload/workload-catalog.ts';
import type { StepSink } from '../step.ts';
import type { PreparedCell } from '../trial/prepared-cell.ts';

/** Options of the preparation. */
export interface PreparationOptions {
  matrix: Pick<Matrix, 'kernels' | 'configs'>;
  cells: readonly Cell[];
  workloads: Workloads;
  signal: AbortSignal;
  sink: StepSink;
  /** Rebuild the kernels from scratch, under this name; see KernelRequest. */
  anew?: string | undefined;
}

interface CellNeeds {
  cell: Cell;
  workload: ResolvedWorkload;
  fragments: string[];
}

/**
 * Builds everything that the trials of these cells boot: kernels grouped by source, so that one output tree serves all
 * configs in turn, then images. Whatever is in the cache is not built again.
 * @throws BuildError, UsageError, InfrastructureError of the rooms kernel and image
 */
export async function prepareCells(options: PreparationOptions): Promise<PreparedCell[]> {
  const needs = options.cells.map(cell => needsOf(cell, options.workloads));
  const ordered = needs
    .map((need, index) => ({
      index,
      need,
      request: { ...kernelRequest(need, options.matrix), anew: options.anew },
    }))
    .sort((a, b) => compareRequests(a.request, b.request));
  const artifacts = await prepareKernels(
    ordered.map(({ request }) => request),
    { signal: options.signal, sink: options.sink },
  );
  const hostKilohertz = await readTimeStampKilohertz();
  const prepared: PreparedCell[] = [];
  for (const [place, { index, need }] of ordered.entries()) {
    // biome-ignore lint/style/noNonNullAssertion: there is one kernel for each request, in their order
    const kernel = artifacts[place]!;
    const image = await buildImage({
      kernel,
      compression: need.cell.compression,
      workload: { ...need.workload },
      require: requiredCapabilities(need),
      signal: options.signal,
      onStep: options.sink,
    });
    const timeStampKilohertz = need.cell.clock === 'instructions' ? countedKilohertz : hostKilohertz;
    const delayLoops =
      kernel.config === undefined ? undefined : await readDelayLoops(timeStampKilohertz, kernel.config);
    prepared[index] = {
      ...need,
      kernel,
      image,
      delayLoops,
      timeStampKilohertz,
    };
  }
  return prepared;
}

/** The kernels of some cells, one request for each cell. @throws UsageError KERNEL_UNKNOWN, WORKLOAD_UNKNOWN */
export function kernelRequests({
  cells,
  workloads,
  matrix,
}: Pick<PreparationOptions, 'cells' | 'workloads' | 'matrix'>): KernelRequest[] {
  return cells.map(cell => kernelRequest(needsOf(cell, workloads), matrix));
}

/** What the image of a cell holds besides the modules of its kernel. @throws UsageError WORKLOAD_UNKNOWN */
export function imageNeeds(cell: Cell, workloads: PreparationOptions['workloads']) {
  const need = needsOf(cell, workloads);
  return { compression: cell.compression, workload: need.workload, require: requiredCapabilities(need) };
}

/** The capabilities that the fragments promise. The agent checks them before measuring anything. */
function requiredCapabilities(need: Pick<CellNeeds, 'fragments' | 'cell'>): Capability[] {
  const capabilities: Capability[] = [];
  if (need.fragments.includes('stats')) capabilities.push('module_stats');
  if (need.fragments.includes('dups') || need.fragments.includes('dups-trace'))
    capabilities.push('autoload_dups');
  if (need.fragments.includes('dups-trace')) capabilities.push('dups_trace');
  if (need.cell.decompress === 'kernel') capabilities.push('decompress');
  return capabilities;
}

function needsOf(cell: Cell, workloads: Workloads): CellNeeds {
  const definition = workloads.get(cell.workload.name);
  if (!definition)
    throw new UsageError('WORKLOAD_UNKNOWN', `there is no guests/workloads/${cell.workload.name}.yaml`);
  const workload = resolveWorkload(definition, cell.workload.parameters, cell);
  return { cell, workload, fragments: fragmentsOfCell(cell, workload.fragments) };
}

function kernelRequest(need: CellNeeds, matrix: PreparationOptions['matrix']): KernelRequest {
  const source = matrix.kernels[need.cell.kernel];
  if (!source) throw new UsageError('KERNEL_UNKNOWN', `the matrix has no kernel ${need.cell.kernel}`);
  return { name: need.cell.kernel, source, fragments: need.fragments, ownFragments: matrix.configs };
}

/** Sorts by source, then by config size, since a larger config adds to a smaller one. */
function compareRequests(a: KernelRequest, b: KernelRequest): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  const [left, right] = [a.fragments.join('+'), b.fragments.join('+')];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
