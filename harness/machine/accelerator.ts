import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { InfrastructureError, UsageError } from '../errors.ts';
import { formatDuration } from '../units.ts';
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
  /** Boots a guest under KVM until it says hello; must end within its own deadline and leave nothing behind. */
  smokeBoot: () => Promise<SmokeBootResult>;
  /** Opens /dev/kvm for reading and writing; rejects with the errno of open(2). */
  openDevice?: (() => Promise<void>) | undefined;
}

/** Why KVM cannot be used, and what to do about it. */
interface Obstacle {
  reason: string;
  hint: string;
  evidence?: string | undefined;
}

/**
 * Chooses between KVM and emulation, with proof. Opening /dev/kvm proves nothing; only a guest that says hello does. `kvm`
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
  const boot = await request.smokeBoot();
  if (boot.ok) {
    const reason = `a smoke boot under KVM said hello in ${formatDuration(boot.durationNs)}`;
    return { accelerator: 'kvm', requested, reason };
  }
  return withoutKvm(requested, {
    reason: `/dev/kvm opens, but the smoke boot failed: ${boot.reason}`,
    hint: 'The host offers KVM without working virtualisation (often nested, without support from the outer host).',
    evidence: boot.evidence,
  });
}

function emulationOnly(requested: 'auto' | 'kvm', reason: string): AcceleratorProof {
  if (requested === 'auto') return { accelerator: 'tcg', requested, reason };
  throw new UsageError('KVM_CANNOT_COUNT', `KVM was requested, but ${reason}`, {
    hint: 'Use --accel tcg, or leave out the cells with `clock: instructions` (--filter clock=host).',
  });
}

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
