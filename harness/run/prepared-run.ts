import { InfrastructureError } from '../errors.ts';
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
    const [first] = await prepare(cells.slice(0, 1));
    // biome-ignore lint/style/noNonNullAssertion: a plan has at least one cell, and each is prepared
    return first!;
  });
  const prepared = await prepare(cells);
  steps.finish();
  return { ...host, cells: new Map(prepared.map(one => [one.cell.id, one])) };
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
  const { plan, requested, cores, signal, steps } = options;
  const qemuVersion = await readQemuVersion(signal);
  const host = { qemu: qemuProgram, cores };
  const counted = plan.cells.some(({ clock }) => clock === 'instructions');
  const proof = await proveAccelerator({
    requested,
    emulationOnly: counted ? 'instructions can only be counted under emulation' : undefined,
    smokeBoot: async () => smokeBoot(await bootable(), { ...host, accelerator: 'kvm' }, signal),
  });
  if (requested !== 'tcg' && !counted) {
    const usable = proof.accelerator === 'kvm';
    await writeKvmNote(cacheFolder(), { usable, reason: proof.reason, at: new Date().toISOString() });
  }
  const counterPlugin = counted
    ? await prepareInstructionCounter({ qemu: qemuProgram, cache: cacheFolder(), signal, sink: steps.sink })
    : undefined;
  return { host: { ...host, accelerator: proof.accelerator, counterPlugin }, proof, qemuVersion };
}

/** What a trial of the plan boots. */
export function preparedCell({ cells }: Pick<PreparedRun, 'cells'>, trial: Trial): PreparedCell {
  // biome-ignore lint/style/noNonNullAssertion: every cell of the plan is prepared
  return cells.get(trial.cell.id)!;
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
