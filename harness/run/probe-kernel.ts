import { join } from 'node:path';
import { parseTranscriptLine } from '../channel/transcript.ts';
import { InfrastructureError } from '../errors.ts';
import { escapeText } from '../escape.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { makeTemporaryFolder } from '../files/temporary-folder.ts';
import { moduleName, readModuleFolder } from '../image/module-folder.ts';
import type { AcceleratorRequest } from '../machine/accelerator.ts';
import { loadMatrix } from '../matrix/load.ts';
import type { KernelSource } from '../matrix/matrix.ts';
import { resolveWorkload } from '../matrix/workload/resolve-workload.ts';
import type { WorkloadDefinition } from '../matrix/workload/workload.ts';
import type { Workloads } from '../matrix/workload/workload-catalog.ts';
import type { Capabilities, TrialRecord } from '../measurement/record.ts';
import { makePlan } from '../plan/plan.ts';
import type { ProgressSink } from '../progress/event.ts';
import { projectPath } from '../project.ts';
import { RunFolder } from '../store/run-folder.ts';
import type { PreparedCell } from '../trial/prepared-cell.ts';
import { runTrial } from '../trial/trial-runner.ts';
import { preparedCell, prepareRun } from './prepared-run.ts';

/** Which kernel to probe, and how. */
export interface KernelProbeRequest {
  /** For progress and messages. */
  name: string;
  source: KernelSource;
  /** Names of fragments joined by `+`, as on the axis `config`. */
  config: string;
  /** The user's fragments: name to path. */
  ownFragments: Readonly<Record<string, string>>;
  workloads: Workloads;
  /** Names of all fragments that may be used. */
  fragments: readonly string[];
  requested: AcceleratorRequest['requested'];
  cores: number;
  signal: AbortSignal;
  sink: ProgressSink;
}

/** The capabilities of a kernel, shown by one boot. */
export interface KernelProbe extends Capabilities {
  /** Same-inode finit_module() calls are merged (6.5 and later). */
  mergesSameInode: boolean;
  origin: string;
  config: string;
  accelerator: string;
  /** gzip, xz or zstd, if the kernel decompresses modules itself. */
  decompressAlgorithm?: string | undefined;
  clocksource?: string | undefined;
  cpuModel?: string | undefined;
  /** The number of workers that loaded one file simultaneously, and of those that succeeded. */
  sameFile: { attempts: number; successes: number };
  /** Whether the module test_kmod, which the workload `autoload` needs, was built. */
  testKmod: boolean;
  /** Number of modules that were built. */
  modules: number;
  /** The modules that CPUs request by their modalias, sorted. */
  cpuModules: string[];
  /** Whether each workload can run on it. */
  workloads: WorkloadNeeds[];
}

/** More workers than CPUs, so that some calls always come while the first one is still loading. */
const workers = 16;

/**
 * Builds a kernel, boots it once, and lets 16 threads load one file simultaneously. If the kernel merges such loads,
 * several calls succeed. Otherwise one succeeds and the others find the module loaded or being loaded.
 * @throws InfrastructureError KERNEL_PROBE_FAILED if the boot fails; BuildError, UsageError
 */
export async function probeKernel(request: KernelProbeRequest): Promise<KernelProbe> {
  const { matrix, plan } = probePlan(request);
  const prepared = await prepareRun({ ...request, workloads: request.workloads, matrix, plan });
  // biome-ignore lint/style/noNonNullAssertion: the matrix of a probe has one cell and one trial
  const trial = plan.trials[0]!;
  const cell = preparedCell(prepared, trial);
  const root = await makeTemporaryFolder('probe');
  try {
    const folder = await RunFolder.create(root.path, { matrixName: 'probe', now: new Date() });
    const { host, proof } = prepared;
    const record = await runTrial({
      trial,
      prepared: cell,
      host,
      folder,
      jobs: request.cores,
      signal: request.signal,
    });
    const facts = await readHello(join(folder.trialFolder(trial.id), 'channel.ndjson'));
    return await describe(request, cell, record, facts, proof.accelerator);
  } finally {
    await root.remove();
  }
}

function probePlan(request: KernelProbeRequest) {
  const text = [
    'kernels: { probed: { debian: linux-source-0 } }',
    'vcpus: 2',
    'memory: 1GiB',
    `config: ${JSON.stringify(request.config)}`,
    `configs: ${JSON.stringify(request.ownFragments)}`,
    `workload: { storm: { workers: ${workers}, inode: same, mode: once } }`,
    'trials: 1',
  ].join('\n');
  const parsed = loadMatrix(text, {
    file: projectPath('probe.yaml'),
    workloads: request.workloads,
    fragments: request.fragments,
  });
  const matrix = { ...parsed, kernels: { probed: request.source }, configs: { ...request.ownFragments } };
  return { matrix, plan: makePlan(matrix, { seed: 0 }) };
}

async function readHello(file: string): Promise<Record<string, string>> {
  const text = await readRegularFile(file, 'utf8');
  for (const line of text.split('\n').filter(one => one !== '')) {
    const message = parseTranscriptLine(line);
    if (message.type === 'hello') return message.facts;
  }
  return {};
}

async function describe(
  request: KernelProbeRequest,
  { kernel }: PreparedCell,
  record: TrialRecord,
  facts: Record<string, string>,
  accelerator: string,
): Promise<KernelProbe> {
  const { outcome, capabilities, metrics } = record;
  const [attempts, successes] = [Number(metrics['attempts']), Number(metrics['successes'])];
  if (outcome.kind !== 'passed' || !capabilities || Number.isNaN(attempts + successes)) {
    const reason = 'reason' in outcome ? `: ${outcome.reason}` : '';
    throw new InfrastructureError(
      'KERNEL_PROBE_FAILED',
      `the guest with ${request.name} ended as ${outcome.kind}${reason}`,
      {
        evidence: (record.consoleTail ?? []).join('\n'),
        hint: 'Its console is shown above. A kernel that boots elsewhere may lack virtio-serial or a serial console.',
      },
    );
  }
  const folder = await readModuleFolder(kernel.modules);
  const forCpus = folder.aliases.filter(([alias]) => alias.startsWith('cpu:')).map(([, module]) => module);
  const fact = (key: string) =>
    facts[key] === undefined ? undefined : escapeText(facts[key], { length: 80 });
  return {
    ...capabilities,
    mergesSameInode: successes > 1,
    origin: kernel.origin,
    config: request.config,
    accelerator,
    decompressAlgorithm: fact('decompress_algorithm'),
    clocksource: fact('clocksource'),
    cpuModel: fact('cpu_model'),
    sameFile: { attempts, successes },
    testKmod: folder.modules.has('test_kmod'),
    modules: folder.modules.size,
    cpuModules: [...new Set(forCpus)].sort(),
    workloads: [...request.workloads.values()].map(workload =>
      workloadNeeds(workload, {
        ...folder,
        fragments: request.source.kind === 'prebuilt' ? undefined : request.config.split('+'),
      }),
    ),
  };
}

/** What a workload with default parameters needs that a kernel does not have. */
export interface WorkloadNeeds {
  name: string;
  /** Fragments that a build for this workload adds to the config. */
  adds: string[];
  /** Modules that the kernel has neither as files nor built in; unknown if fragments are added. */
  lacks: string[];
}
/** A kernel for a workload to run on. */
export interface OfferedKernel {
  /** Fragments of its config; undefined for a prebuilt kernel, to which none can be added. */
  fragments: readonly string[] | undefined;
  modules: { has(name: string): boolean };
  builtin: { has(name: string): boolean };
}
/** Whether a workload can run on a kernel, judging by what was built. */
export function workloadNeeds(definition: WorkloadDefinition, kernel: OfferedKernel): WorkloadNeeds {
  const { name, fragments, modules } = resolveWorkload(definition, {});
  const own = kernel.fragments;
  const adds = own ? fragments.filter(one => !own.includes(one)) : [];
  if (adds.length > 0) return { name, adds, lacks: [] };
  const lacks = modules.filter(
    module =>
      module !== '*' && !kernel.modules.has(moduleName(module)) && !kernel.builtin.has(moduleName(module)),
  );
  return { name, adds, lacks };
}
