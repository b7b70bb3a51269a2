import { availableParallelism } from 'node:os';
import { UsageError } from '../../errors.ts';
import { exitCodes } from '../../exit-code.ts';
import { fragmentsOfCell } from '../../kernel/fragments.ts';
import type { AcceleratorRequest } from '../../machine/accelerator.ts';
import type { Cell, Matrix } from '../../matrix/matrix.ts';
import { suggest } from '../../matrix/source/nearest.ts';
import { createProgress } from '../../progress/progress.ts';
import { type KernelProbe, type KernelProbeRequest, probeKernel } from '../../run/probe-kernel.ts';
import type { CommandContext } from '../context.ts';
import { fragmentNames, readMatrix, readWorkloads } from '../inputs.ts';

/** Options of `modstorm doctor --kernel`. */
export interface KernelDoctorOptions {
  /** A kernel of the matrix, or a Debian package `linux-source-X.Y`. */
  kernel: string;
  matrix?: string | undefined;
  /** Fragments joined by `+`. Default: those of the kernel's first cell. */
  config?: string | undefined;
  accel: AcceleratorRequest['requested'];
  json?: boolean | undefined;
}

/** The config of a kernel that no matrix names. */
const usualConfig = 'stats+dups';

/**
 * `modstorm doctor --kernel NAME`: boots a kernel once and prints what it can do. The answers are probed, not
 * guessed from the version.
 * @throws UsageError KERNEL_UNKNOWN; InfrastructureError KERNEL_PROBE_FAILED; BuildError
 */
export async function kernelDoctorCommand(
  options: KernelDoctorOptions,
  context: CommandContext,
  probe: typeof probeKernel = probeKernel,
): Promise<number> {
  const chosen = await chooseKernel(options);
  const display = createProgress({ ...context, interactive: context.interactive && !options.json });
  let result: KernelProbe;
  try {
    result = await probe({
      ...chosen,
      fragments: await fragmentNames(),
      requested: options.accel,
      cores: availableParallelism(),
      signal: context.signal,
      sink: display.sink,
    });
  } finally {
    display.close();
  }
  if (options.json)
    context.stdout(`${JSON.stringify({ version: 1, kernel: chosen.name, ...result }, null, 2)}\n`);
  else context.stdout(renderKernelProbe(chosen.name, result));
  return exitCodes.success;
}

type Chosen = Pick<KernelProbeRequest, 'name' | 'source' | 'config' | 'ownFragments' | 'workloads'>;

async function chooseKernel({ kernel, matrix: file, config }: KernelDoctorOptions): Promise<Chosen> {
  if (file === undefined) {
    if (!kernel.startsWith('linux-source-')) throw unknownKernel(kernel, undefined);
    return {
      name: kernel,
      source: { kind: 'debian', package: kernel },
      config: config ?? usualConfig,
      ownFragments: {},
      workloads: await readWorkloads(),
    };
  }
  const { matrix, workloads } = await readMatrix(file);
  const source = Object.hasOwn(matrix.kernels, kernel) ? matrix.kernels[kernel] : undefined;
  if (!source) throw unknownKernel(kernel, matrix);
  const first = matrix.cells.find(cell => cell.kernel === kernel);
  return {
    name: kernel,
    source,
    // Include what the workload adds: the result is the very kernel that the matrix boots, and probably already built.
    config: config ?? (first && configOf(first, workloads)) ?? usualConfig,
    ownFragments: matrix.configs,
    workloads,
  };
}

function configOf(cell: Cell, workloads: Chosen['workloads']): string {
  return fragmentsOfCell(cell, workloads.get(cell.workload.name)?.fragments).join('+') || 'plain';
}

function unknownKernel(kernel: string, matrix: Matrix | undefined): UsageError {
  if (!matrix) {
    return new UsageError('KERNEL_UNKNOWN', `${JSON.stringify(kernel)} is not a Debian source package`, {
      hint: 'Give a name such as linux-source-6.12, or use --matrix FILE to name the matrix that has the kernel.',
    });
  }
  return new UsageError(
    'KERNEL_UNKNOWN',
    `the matrix ${matrix.name} has no kernel ${JSON.stringify(kernel)}`,
    {
      hint: suggest(kernel, Object.keys(matrix.kernels)),
    },
  );
}

/** The capability vector as a human-readable table. */
function renderKernelProbe(name: string, probe: KernelProbe): string {
  const workloadWords = probe.workloads.map(workload => {
    if (workload.adds.length > 0) return `${workload.name} (adds ${workload.adds.join('+')})`;
    return workload.lacks.length > 0 ? `${workload.name} (lacks ${workload.lacks.join(' ')})` : workload.name;
  });
  const { attempts, successes } = probe.sameFile;
  const rows: [name: string, value: string][] = [
    ['kernel', `${name}: Linux ${probe.release}, ${probe.origin}`],
    ['config', `${probe.config}${probe.configDigest ? `, ${probe.configDigest.slice(0, 12)}` : ''}`],
    [
      'guest',
      `${probe.cpusOnline} CPUs (${probe.cpuModel ?? '?'}), clock ${probe.clocksource ?? '?'}, ${probe.accelerator.toUpperCase()}`,
    ],
    ['module statistics', yesNo(probe.moduleStats)],
    [
      'duplicate requests',
      probe.autoloadDups
        ? `reported${probe.dupsTrace ? ', with the stack of the caller' : ''}`
        : 'not reported',
    ],
    [
      'decompression',
      probe.decompress ? `in the kernel, ${probe.decompressAlgorithm ?? '?'}` : 'not in the kernel',
    ],
    [
      'loads of one file',
      `${probe.mergesSameInode ? 'merged' : 'not merged'}: ${successes} of ${attempts} simultaneous loads succeeded`,
    ],
    ['test_kmod', probe.testKmod ? 'built' : 'not built'],
    ['modules', String(probe.modules)],
    ['CPU modules', probe.cpuModules.join(' ') || 'none in this config'],
    ['workloads', workloadWords.join(', ')],
  ];
  return rows.map(([label, value]) => `${label.padEnd(18)}  ${value}\n`).join('');
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
