import type { Cell } from '../../harness/matrix/matrix.ts';
import type { Outcome, TrialRecord } from '../../harness/measurement/record.ts';
import type { Plan, Trial } from '../../harness/plan/trial.ts';
import type { RunRecord } from '../../harness/store/run-record.ts';

/** A cell of a matrix that varies config and vcpus. */
export function fakeCell(id: string, config: string, vcpus: number): Cell {
  return {
    id,
    label: `config=${config} vcpus=${vcpus}`,
    settings: { kernel: 'lts', config, vcpus: String(vcpus), memory: '2GiB' },
    kernel: 'lts',
    config,
    vcpus,
    memoryBytes: 2 ** 31,
    compression: 'none',
    decompress: 'user',
    commandLine: '',
    numaNodes: 1,
    clock: 'host',
    workload: { name: 'stress-ng', parameters: { module: 'xfs', instances: 100, timeout: 5e9 } },
    design: 'fixed-work',
  };
}

/** Each cell `repetitions` times, in blocks. */
export function fakePlan(cells: readonly Cell[], repetitions: number): Plan {
  const trials: Trial[] = [];
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    for (const cell of cells) {
      const id = `${cell.id}-${String(repetition).padStart(3, '0')}`;
      trials.push({ id, cell, repetition, order: trials.length });
    }
  }
  return { matrix: 'quick', seed: 7, trials, cells: [...cells], digest: 'd'.repeat(64) };
}

/** The record of a trial; default: passed. */
export function fakeRecord(
  trial: Trial,
  metrics: TrialRecord['metrics'] = {},
  outcome: Outcome = { kind: 'passed' },
  more: Partial<TrialRecord> = {},
): TrialRecord {
  return {
    version: 1,
    trial: trial.id,
    cell: trial.cell.id,
    repetition: trial.repetition,
    order: trial.order,
    outcome,
    startedAt: new Date(Date.UTC(2026, 10, 21, 3, 0, trial.order * 8)).toISOString(),
    durationNs: 7.5e9,
    phasesNs: { boot: 1.4e9 },
    metrics,
    duplicates: [],
    duplicateRequests: [],
    findings: [],
    ...more,
  };
}

/** A run on a made-up host. */
export function fakeRun(more: Partial<RunRecord> = {}): RunRecord {
  return {
    version: 1,
    run: '20261121T030000Z-quick-3fa9',
    startedAt: '2026-11-21T03:00:00.000Z',
    tool: { version: '0.1.0' },
    command: ['run', 'matrices/quick.yaml'],
    matrix: {
      name: 'quick',
      text: 'axes: {}\n',
      kernels: { lts: { kind: 'debian', package: 'linux-source-6.12' } },
      configs: {},
      varied: ['config', 'vcpus'],
      trials: { kind: 'fixed', count: 3 },
      gates: {},
      require: {},
    },
    matrixFile: 'matrices/quick.yaml',
    seed: 7,
    planDigest: 'd'.repeat(64),
    host: {
      cpuModel: 'AMD EPYC 9R14',
      cores: 2,
      memoryBytes: 8 * 2 ** 30,
      kernel: '6.1.0-28-amd64',
      architecture: 'x64',
      node: 'v20.20.0',
    },
    qemu: { path: '/usr/bin/qemu-system-x86_64', version: '7.2.22' },
    accelerator: {
      accelerator: 'tcg',
      requested: 'auto',
      reason: 'KVM: the smoke boot said nothing within 10 s',
    },
    jobs: 2,
    kernels: [
      { kernel: 'lts', config: 'stats', key: 'k', release: '6.12.95', objectDigest: 'o', origin: 'Debian' },
    ],
    images: [],
    workloads: { 'stress-ng': 1 },
    ...more,
  };
}
