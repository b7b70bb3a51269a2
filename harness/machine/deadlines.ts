import { translatesSingleThreaded } from './arguments.ts';
import type { Accelerator, Deadlines } from './machine.ts';

/** What makes a guest slower than a single guest on a host with KVM and enough cores. */
export interface DeadlineScale {
  accelerator: Accelerator;
  vcpus: number;
  hostCores: number;
  /** Number of concurrent guests. */
  jobs: number;
  /** Whether instructions are counted. */
  counted?: boolean | undefined;
}

/** How much slower emulation may be. A boot to /init takes about 3 s (measured); KVM needs less than 1 s. */
const emulationFactor = 3;
/** The additional cost of counting. Trials with one vCPU and a storm of xfs took 1.8 times the CPU time. */
const countingFactor = 2;
/**
 * What each additional vCPU on a shared core may add, as a fraction. Measured on two busy cores with single-threaded
 * translation: 8 vCPUs are up in 3.4 s, 64 in 10 to 13 s; a trial of 255 took 198 s (23 s on idle cores).
 */
const sharingFactor = 0.1;

/**
 * Deadlines for a guest under KVM with a core for each vCPU, ns. They are meant to end what hangs, not to judge what
 * is slow: about ten times what a good trial needs.
 * @param workloadNs how long the workload itself may take, including its own time limit
 */
export function baseDeadlines(workloadNs: number): Deadlines {
  const phases = { boot: 20e9, prepare: 20e9, workload: workloadNs, collect: 20e9, shutdown: 10e9 };
  const total = Object.values(phases).reduce((sum, phase) => sum + phase, 0);
  return { ...phases, silence: 20e9 + workloadNs, total };
}

/**
 * Deadlines scaled by one factor: 3 under emulation, times how many guests share the host's cores, times
 * 1 + (n - 1) / 10 where n vCPUs of the guest share a core. Single-threaded translation uses one core per guest.
 */
export function scaleDeadlines(base: Deadlines, scale: DeadlineScale): Deadlines {
  const emulated = scale.accelerator === 'tcg';
  const threads =
    emulated && translatesSingleThreaded(scale, scale.counted) ? 1 : Math.min(scale.vcpus, scale.hostCores);
  const guestSharing = 1 + (scale.vcpus / threads - 1) * sharingFactor;
  const hostSharing = Math.max(1, (threads * scale.jobs) / scale.hostCores);
  const counting = scale.counted ? countingFactor : 1;
  const factor = (emulated ? emulationFactor : 1) * counting * hostSharing * guestSharing;
  return Object.fromEntries(
    Object.entries(base).map(([phase, ns]) => [phase, Math.round(ns * factor)]),
  ) as unknown as Deadlines;
}
