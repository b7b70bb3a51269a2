import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { InfrastructureError, UsageError } from '../errors.ts';
import { formatDuration, plural } from '../units.ts';
import { describeFailures, type FailedRung, firstRung, type KvmRung, nextRung } from './kvm-ladder.ts';
import type { AcceleratorProof } from './machine.ts';

/** The result of a smoke boot under KVM. */
export type SmokeBootResult =
  | { ok: true; durationNs: number }
  | { ok: false; reason: string; evidence?: string | undefined };

/** The requested accelerator and how to test it. */
export interface AcceleratorRequest {
  requested: 'auto' | 'kvm' | 'tcg';
  /** Why it must be emulation, as a phrase; undefined if either will do. */
  emulationOnly?: string | undefined;
  /**
   * Boots a guest under KVM until it says hello and sees that its hypervisor is KVM; must end within the deadline (ns) and leave
   * nothing behind.
   */
  smokeBoot: (rung: KvmRung, deadlineNs: number) => Promise<SmokeBootResult>;
  /** Makes what the smoke boots boot, before the first of them; its time does not count. */
  prepare?: (() => Promise<void>) | undefined;
  /** Vendor of the host's CPU, as in /proc/cpuinfo. It decides which named model is tried. */
  vendor?: string | undefined;
  /** The `-cpu` that the guests must have; nothing else is tried. */
  cpuModel?: string | undefined;
  /** Called before each smoke boot. */
  onRung?: ((rung: KvmRung) => void) | undefined;
  /** Ends the ladder. */
  signal?: AbortSignal | undefined;
  /** Opens /dev/kvm for reading and writing; rejects with the errno of open(2). */
  openDevice?: (() => Promise<void>) | undefined;
  /** Monotonic clock, ns; replaced in tests. */
  now?: (() => number) | undefined;
}

/** Under working KVM a guest says hello in about a second. After this time it never will. */
const smokeDeadlineNs = 15e9;
/** All smoke boots together; with less than the second number left, none is begun. */
const ladderNs = 45e9;
const leastBootNs = 5e9;

/** Why KVM cannot be used, and what to do about it. */
interface Obstacle {
  reason: string;
  hint: string;
  evidence?: string | undefined;
}

/**
 * Chooses between KVM and emulation, with proof. Opening /dev/kvm proves nothing; only a guest that says hello does. On a nested
 * host `-cpu host` often dies though guests would run, so a ladder of CPUs is climbed (see `nextRung`), for 45 s at most. `kvm`
 * never falls back, `auto` falls back to emulation and says why, `tcg` needs no test.
 * @throws UsageError KVM_CANNOT_COUNT if `kvm` was requested for something that only emulation can do
 * @throws InfrastructureError KVM_UNUSABLE if `kvm` was requested but cannot be used
 */
export async function proveAccelerator(request: AcceleratorRequest): Promise<AcceleratorProof> {
  const { requested } = request;
  if (requested === 'tcg') return { accelerator: 'tcg', requested, reason: 'emulation was requested' };
  if (request.emulationOnly !== undefined) return emulationOnly(requested, request.emulationOnly);
  const obstacle = await findDeviceObstacle(request.openDevice ?? openKvm);
  if (obstacle) return withoutKvm(requested, obstacle);
  await request.prepare?.();
  const { held, failed, spentNs } = await climb(request);
  const tried = failed.map(({ rung, reason }) => ({ cpu: rung.cpu, reason }));
  if (held !== undefined) {
    const { cpu, omitted } = held.rung;
    const how = cpu === firstRung.cpu ? '' : ` with -cpu ${cpu}, after ${describeFailures(failed)}`;
    const reason = `a smoke boot under KVM said hello in ${formatDuration(held.durationNs)}${how}`;
    const left = omitted.length > 0 ? { omitted: [...omitted] } : {};
    return {
      accelerator: 'kvm',
      requested,
      reason,
      ...(request.cpuModel === undefined && { cpu }),
      ...left,
      ...(tried.length > 0 && { tried }),
    };
  }
  const boots = `${plural(failed.length, 'smoke boot')} in ${formatDuration(spentNs)}`;
  const obstacleOfLadder = {
    reason: `/dev/kvm opens, but no guest said hello (${boots}): ${describeFailures(failed)}`,
    hint: 'The host offers KVM without working virtualisation (often nested, without support from the outer host).',
    evidence: failed.map(({ rung, evidence }) => `-cpu ${rung.cpu}:\n${evidence ?? ''}`).join('\n'),
  };
  return { ...withoutKvm(requested, obstacleOfLadder), tried };
}

/** How far the ladder of CPUs was climbed. */
interface Climb {
  held: { rung: KvmRung; durationNs: number } | undefined;
  failed: FailedRung[];
  spentNs: number;
}

/** Smoke boots with one CPU after the other until one holds, none is left, or the time is over. */
async function climb(request: AcceleratorRequest): Promise<Climb> {
  const { vendor, cpuModel, onRung, signal, now = () => Number(process.hrtime.bigint()) } = request;
  const began = now();
  const failed: FailedRung[] = [];
  const own = cpuModel === undefined ? undefined : { cpu: cpuModel, omitted: [] };
  for (;;) {
    const spentNs = now() - began;
    const deadlineNs = Math.min(smokeDeadlineNs, ladderNs - spentNs);
    const rung = own === undefined ? nextRung(failed, vendor) : failed.length === 0 ? own : undefined;
    if (rung === undefined || deadlineNs < leastBootNs || signal?.aborted)
      return { held: undefined, failed, spentNs };
    onRung?.(rung);
    const boot = await request.smokeBoot(rung, deadlineNs);
    if (boot.ok) return { held: { rung, durationNs: boot.durationNs }, failed, spentNs };
    failed.push({ rung, reason: boot.reason, evidence: boot.evidence });
  }
}

function emulationOnly(requested: 'auto' | 'kvm', reason: string): AcceleratorProof {
  if (requested === 'auto') return { accelerator: 'tcg', requested, reason };
  throw new UsageError('KVM_CANNOT_COUNT', `KVM was requested, but ${reason}`, {
    hint: 'Use --accel tcg, or leave out the cells with `clock: instructions` (--filter clock=host).',
  });
}

/** @throws InfrastructureError KVM_UNUSABLE if KVM was requested */
function withoutKvm(requested: 'auto' | 'kvm', obstacle: Obstacle): AcceleratorProof {
  if (requested === 'auto') return { accelerator: 'tcg', requested, reason: `no KVM: ${obstacle.reason}` };
  throw new InfrastructureError('KVM_UNUSABLE', `KVM was requested but cannot be used: ${obstacle.reason}`, {
    hint: obstacle.hint,
    evidence: obstacle.evidence,
  });
}

async function openKvm(): Promise<void> {
  const device = await open('/dev/kvm', constants.O_RDWR);
  await device.close();
}

async function findDeviceObstacle(openDevice: () => Promise<void>): Promise<Obstacle | undefined> {
  try {
    await openDevice();
    return undefined;
  } catch (error) {
    return explain(error as NodeJS.ErrnoException);
  }
}

function explain(error: NodeJS.ErrnoException): Obstacle {
  switch (error.code) {
    case 'ENOENT':
      return {
        reason: '/dev/kvm does not exist',
        hint: 'Load kvm_intel or kvm_amd, enable virtualisation in the firmware, or pass /dev/kvm to the container.',
      };
    case 'EACCES':
    case 'EPERM':
      return {
        reason: `no permission to open /dev/kvm (${error.code})`,
        hint: 'Add yourself to its group: sudo usermod -aG kvm "$USER", then log in again.',
      };
    case 'ENXIO':
    case 'ENODEV':
      return {
        reason: `/dev/kvm has no driver behind it (${error.code})`,
        hint: 'Load kvm_intel or kvm_amd. A virtual machine needs nested virtualisation on its host.',
      };
    default:
      return {
        reason: `/dev/kvm cannot be opened (${error.code ?? error.message})`,
        hint: 'Check /dev/kvm.',
      };
  }
}
