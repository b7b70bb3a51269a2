import { hasCode, InfrastructureError } from '../errors.ts';
import { readableText } from '../files/existing.ts';
import { writeKvmNote } from '../host/kvm-note.ts';
import { type AcceleratorRequest, proveAccelerator } from '../machine/accelerator.ts';
import type { AcceleratorProof } from '../machine/machine.ts';
import type { Cell, Matrix } from '../matrix/matrix.ts';
import type { Workloads } from '../matrix/workload/workload-catalog.ts';
import type { Plan, Trial } from '../plan/trial.ts';
import { runProgram } from '../process/program.ts';
import type { ProgressSink } from '../progress/event.ts';
import { cacheFolder } from '../project.ts';
import type { PreparedCell } from '../trial/prepared-cell.ts';
import { smokeBoot } from '../trial/smoke-boot.ts';
import type { GuestHost } from '../trial/trial-runner.ts';
import { prepareInstructionCounter } from './instruction-counter.ts';
import { prepareCells } from './preparation.ts';
import { StepEvents } from './step-events.ts';

/** The QEMU program that boots guests. */
export const qemuProgram = 'qemu-system-x86_64';

/** The tested host for guests. */
export interface PreparedHost {
  host: GuestHost;
  proof: AcceleratorProof;
  qemuVersion: string;
}

/** What a run prepares once, before its first trial. */
export interface PreparedRun extends PreparedHost {
  cells: Map<string, PreparedCell>;
}

/** Options of `prepareRun`. */
export interface RunPreparation {
  matrix: Matrix;
  plan: Plan;
  workloads: Workloads;
  requested: AcceleratorRequest['requested'];
  cores: number;
  signal: AbortSignal;
  sink: ProgressSink;
}

/**
 * Builds kernels and images for the cells of a plan, and tests the accelerator with a smoke boot of the first.
 * @throws BuildError, InfrastructureError (KVM_UNUSABLE if KVM is required), UsageError
 */
export async function prepareRun(options: RunPreparation): Promise<PreparedRun> {
  const { plan, signal } = options;
  const steps = new StepEvents(options.sink);
  const cells = plan.cells;
  const prepare = (some: readonly Cell[]) =>
    prepareCells({
      matrix: options.matrix,
      cells: some,
      workloads: options.workloads,
      signal,
      sink: steps.sink,
    });
  const host = await prepareHost({ ...options, steps }, async () => {
    const [first] = await prepare([smokeCell(cells)]);
    // biome-ignore lint/style/noNonNullAssertion: a plan has at least one cell, and each is prepared
    return first!;
  });
  const prepared = await prepare(cells);
  steps.finish();
  return { ...host, cells: new Map(prepared.map(one => [one.cell.id, one])) };
}

/** Proves the accelerator, and notes for `doctor` whether KVM works. @throws as `prepareHost` */
async function prove(
  options: Pick<RunPreparation, 'plan' | 'requested' | 'signal'> & {
    steps: StepEvents;
    host: Omit<GuestHost, 'accelerator'>;
    emulationOnly: string | undefined;
  },
  bootable: () => Promise<PreparedCell>,
): Promise<AcceleratorProof> {
  const { plan, requested, signal, steps, host, emulationOnly } = options;
  let prepared: PreparedCell | undefined;
  const note = (usable: boolean, reason: string) =>
    writeKvmNote(cacheFolder(), { usable, reason, at: new Date().toISOString() });
  try {
    const proof = await proveAccelerator({
      requested,
      emulationOnly,
      vendor: await readCpuVendor(),
      cpuModel: smokeCell(plan.cells).cpuModel,
      signal,
      prepare: async () => {
        prepared = await bootable();
      },
      onRung: ({ cpu }) => steps.sink({ step: 'kvm', title: 'KVM', detail: `a smoke boot with -cpu ${cpu}` }),
      smokeBoot: ({ cpu }, deadlineNs) => {
        if (prepared === undefined) throw new Error('the smoke boot was not prepared');
        return smokeBoot(prepared, { ...host, accelerator: 'kvm', cpuModel: cpu }, deadlineNs, signal);
      },
    });
    if (requested !== 'tcg' && emulationOnly === undefined)
      await note(proof.accelerator === 'kvm', proof.reason);
    return proof;
  } catch (error) {
    if (hasCode(error, 'KVM_UNUSABLE')) await note(false, (error as Error).message);
    throw error;
  }
}

/** A cell that leaves the CPU to the host, if there is one. */
function smokeCell(cells: readonly Cell[]): Cell {
  // biome-ignore lint/style/noNonNullAssertion: a plan has at least one cell
  return cells.find(({ cpuModel }) => cpuModel === undefined) ?? cells[0]!;
}

/**
 * Checks the host before kernels are built, so that a missing compiler or an old QEMU is reported at once.
 * @param bootable prepares the cell for a smoke boot under KVM; not called if KVM is not requested or not available
 * @throws InfrastructureError KVM_UNUSABLE if KVM is required, QEMU_UNREADABLE, QEMU_CANNOT_COUNT; UsageError
 *   KVM_CANNOT_COUNT; whatever `bootable` throws
 */
export async function prepareHost(
  options: Pick<RunPreparation, 'plan' | 'requested' | 'cores' | 'signal'> & { steps: StepEvents },
  bootable: () => Promise<PreparedCell>,
): Promise<PreparedHost> {
  const { plan, cores, signal, steps } = options;
  const qemuVersion = await readQemuVersion(signal);
  const host = { qemu: qemuProgram, cores };
  const counted = plan.cells.some(({ clock }) => clock === 'instructions');
  const emulationOnly = counted ? 'instructions can only be counted under emulation' : undefined;
  const proof = await prove({ ...options, host, emulationOnly }, bootable);
  const counterPlugin = counted
    ? await prepareInstructionCounter({ qemu: qemuProgram, cache: cacheFolder(), signal, sink: steps.sink })
    : undefined;
  const { accelerator, cpu: cpuModel } = proof;
  return { host: { ...host, accelerator, cpuModel, counterPlugin }, proof, qemuVersion };
}

/** What a trial of the plan boots. */
export function preparedCell({ cells }: Pick<PreparedRun, 'cells'>, trial: Trial): PreparedCell {
  // biome-ignore lint/style/noNonNullAssertion: every cell of the plan is prepared
  return cells.get(trial.cell.id)!;
}

/** `GenuineIntel`; undefined on a host that does not say. */
async function readCpuVendor(): Promise<string | undefined> {
  const text = (await readableText('/proc/cpuinfo')) ?? '';
  return /^vendor_id\s*:\s*(\S+)$/m.exec(text)?.[1];
}

/** `7.2.22 (Debian …)`: the rest of the first line after the word `version`. */
async function readQemuVersion(signal: AbortSignal): Promise<string> {
  const { stdout } = await runProgram(qemuProgram, ['--version'], { signal, timeoutNs: 20e9 });
  const version = stdout.split('\n')[0]?.split(' version ')[1]?.trim();
  if (!version) {
    throw new InfrastructureError(
      'QEMU_UNREADABLE',
      `${qemuProgram} --version says ${JSON.stringify(stdout.slice(0, 200))}`,
    );
  }
  return version;
}
