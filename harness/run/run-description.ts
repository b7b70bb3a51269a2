import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { digestOfFile } from '../files/digest.ts';
import { runProgram } from '../process/program.ts';
import { projectPath } from '../project.ts';
import { readHostEnvironment } from '../store/environment.ts';
import type { RunFolder } from '../store/run-folder.ts';
import type { KernelRecord, RunRecord } from '../store/run-record.ts';
import type { PreparedCell } from '../trial/prepared-cell.ts';
import { type PreparedRun, qemuProgram } from './prepared-run.ts';
import type { ExecuteOptions, RunInput } from './run-input.ts';

/** The conditions under which the trials of a run are made: the content of run.json. */
export async function describeRun(
  folder: RunFolder,
  input: RunInput,
  prepared: PreparedRun,
  options: ExecuteOptions,
): Promise<RunRecord> {
  const { cells: _, ...matrix } = input.matrix;
  const cells = [...prepared.cells.values()];
  const images = new Map<string, RunRecord['images'][number]>();
  for (const { cell, image } of cells) {
    const entry = images.get(image.key) ?? {
      key: image.key,
      bytes: image.bytes,
      versions: image.versions,
      cells: [],
    };
    entry.cells.push(cell.id);
    images.set(image.key, entry);
  }
  const shard = input.earlier?.record.shard ?? (options.shard && { ...options.shard, ...input.plan.whole });
  return {
    version: 1,
    run: folder.name,
    startedAt: input.earlier?.record.startedAt ?? new Date().toISOString(),
    tool: await describeTool(),
    command: process.argv.slice(2),
    matrix,
    matrixFile: relative('', input.matrixFile) || input.matrixFile,
    seed: input.plan.seed,
    planDigest: input.plan.digest,
    host: readHostEnvironment(),
    qemu: { path: qemuProgram, version: prepared.qemuVersion },
    accelerator: prepared.proof,
    jobs: input.jobs,
    kernels: await describeKernels(cells),
    images: [...images.values()],
    workloads: Object.fromEntries(cells.map(({ workload }) => [workload.name, workload.version])),
    workloadMetrics: Object.fromEntries(cells.map(({ workload }) => [workload.name, workload.metrics])),
    ...(shard && { shard }),
    ...(input.calibration && { calibration: input.calibration }),
  };
}

/** Each kernel and config once. */
async function describeKernels(cells: readonly PreparedCell[]): Promise<KernelRecord[]> {
  const kernels = new Map<string, KernelRecord>();
  for (const { cell, kernel, fragments } of cells) {
    const config = fragments.join('+') || 'plain';
    if (kernels.has(`${cell.kernel} ${config}`)) continue;
    kernels.set(`${cell.kernel} ${config}`, {
      kernel: cell.kernel,
      config,
      key: kernel.key,
      release: kernel.release,
      ...(kernel.buildId !== undefined && { buildId: kernel.buildId }),
      objectDigest: kernel.objectDigest,
      ...(kernel.config !== undefined && { configDigest: await digestOfFile(kernel.config) }),
      origin: kernel.origin,
    });
  }
  return [...kernels.values()];
}

/** modstorm's version, and its revision if it runs from a git checkout. */
async function describeTool(): Promise<RunRecord['tool']> {
  const { version } = JSON.parse(readFileSync(projectPath('package.json'), 'utf8')) as { version: string };
  const git = await runProgram('git', ['-C', projectPath('.'), 'rev-parse', '--short=12', 'HEAD'], {
    accept: 'any',
  }).catch(
    // Without git there is no revision to name.
    () => undefined,
  );
  return git?.code === 0 ? { version, revision: git.stdout.trim() } : { version };
}
