import { UsageError } from '../../errors.ts';
import type { YamlSource } from '../source/yaml-source.ts';
import { resolveWorkload } from '../workload/resolve-workload.ts';
import { type AxisContext, findWorkload } from './axis.ts';
import type { PlacedCell } from './expand.ts';

/** Reports cells that no guest could run. Each cause is reported once, at the value that causes it. */
export function checkCells(source: YamlSource, cells: readonly PlacedCell[], context: AxisContext): void {
  const seen = new Set<string>();
  for (const placed of cells) {
    checkDecompress(source, placed);
    checkNumaNodes(source, placed);
    checkCompression(source, placed, context);
    checkClock(source, placed);
    const key = JSON.stringify(placed.cell.workload);
    if (!seen.has(key)) checkWorkload(source, placed, context);
    seen.add(key);
  }
}

function checkDecompress(source: YamlSource, { cell, draft }: PlacedCell): void {
  if (cell.decompress !== 'kernel' || cell.compression !== 'none') return;
  source.report(
    draft.plain.decompress.path,
    'the kernel has nothing to decompress with compression none',
    'Add `exclude: [{ compression: none, decompress: kernel }]`, or set a compression.',
  );
}

function checkNumaNodes(source: YamlSource, { cell, draft }: PlacedCell): void {
  if (cell.numaNodes <= cell.vcpus) return;
  source.report(
    draft.plain.numa.path,
    `${cell.numaNodes} NUMA nodes are more than the virtual CPUs of a cell in this matrix`,
    `Exclude the cells with fewer than ${cell.numaNodes} vcpus.`,
  );
}

/** The largest number of vCPUs that was tested. With 128, a guest did not get past early boot within a minute. */
const mostCountedVcpus = 64;

function checkClock(source: YamlSource, { cell, draft }: PlacedCell): void {
  if (cell.clock !== 'instructions' || cell.vcpus <= mostCountedVcpus) return;
  source.report(
    draft.plain.clock.path,
    `the instructions of ${cell.vcpus} virtual CPUs cannot be counted, only those of up to ${mostCountedVcpus}`,
    `Exclude the cells with more than ${mostCountedVcpus} vcpus.`,
  );
}

function checkCompression(source: YamlSource, { cell, draft }: PlacedCell, context: AxisContext): void {
  const compressions = findWorkload(context, cell.workload.name).compressions;
  if (compressions === undefined || compressions.allowed.includes(cell.compression)) return;
  const able = compressions.allowed.join(', ');
  source.report(
    draft.plain.compression.path,
    `the workload ${cell.workload.name} cannot load modules with compression ${cell.compression}, only ${able}`,
    compressions.otherwise,
  );
}

function checkWorkload(source: YamlSource, { cell, draft }: PlacedCell, context: AxisContext): void {
  const [cause = draft.workload] = Object.values(draft.parameters);
  source.check(cause.path, () => {
    const resolved = resolveWorkload(findWorkload(context, cell.workload.name), cell.workload.parameters);
    const missing = resolved.fragments.find(fragment => !context.fragments.includes(fragment));
    if (missing === undefined) return;
    throw new UsageError(
      'FRAGMENT_UNKNOWN',
      `the workload ${cell.workload.name} needs the config fragment ${missing}, which does not exist`,
      {
        hint: `Add guests/kernel/${missing}.config, or declare it under \`configs\`.`,
      },
    );
  });
}
