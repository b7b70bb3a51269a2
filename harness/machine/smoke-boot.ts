import { join } from 'node:path';
import { createSocketFolder } from '../channel/listener.ts';
import type { SmokeBootResult } from './accelerator.ts';
import { type ListenChannel, runGuest } from './guest.ts';
import type { Accelerator, Deadlines, MachineEnd, MachineSettings } from './machine.ts';

/** What a smoke boot boots. */
export interface SmokeBootOptions {
  qemu: string;
  kernelImage: string;
  /** An initramfs with the agent; nothing else of it is used. */
  initramfs: string;
  hostCores: number;
  listenChannel: ListenChannel;
  signal?: AbortSignal;
  /** What is to be proved; KVM unless told. */
  accelerator?: Accelerator;
  /** Until the agent's hello, ns; 10 s unless told. A kernel boots in well under one second under KVM. */
  deadlineNs?: number;
}

const smokeMemory = 512 * 1024 ** 2;

/**
 * Boots a real kernel and the real agent until it says hello, and ends the guest. Leaves no process and no file.
 * @throws InfrastructureError when a socket cannot be made
 */
export async function smokeBoot(options: SmokeBootOptions): Promise<SmokeBootResult> {
  const folder = await createSocketFolder();
  try {
    const life = await runGuest({
      settings: smokeSettings(options, folder.path),
      deadlines: smokeDeadlines(options.deadlineNs ?? 10e9),
      listenChannel: options.listenChannel,
      untilHello: true,
      ...(options.signal && { signal: options.signal }),
    });
    if (life.end.kind === 'finished') return { ok: true, durationNs: life.durationNs };
    return { ok: false, ...describeEnd(life.end, life.consoleTail) };
  } finally {
    await folder.remove();
  }
}

function smokeSettings(
  options: SmokeBootOptions,
  folder: string,
): MachineSettings & { channelSocket: string; qmpSocket: string } {
  return {
    qemu: options.qemu,
    accelerator: options.accelerator ?? 'kvm',
    hostCores: options.hostCores,
    vcpus: 1,
    memoryBytes: smokeMemory,
    numaNodes: 1,
    kernelImage: options.kernelImage,
    initramfs: options.initramfs,
    commandLine: 'modstorm.trial=smoke',
    consoleFile: join(folder, 'console.log'),
    channelSocket: join(folder, 'channel'),
    qmpSocket: join(folder, 'qmp'),
  };
}

function smokeDeadlines(boot: number): Deadlines {
  return { boot, prepare: boot, workload: boot, collect: boot, shutdown: boot, silence: boot, total: boot };
}

function describeEnd(end: MachineEnd, consoleTail: string[]): { reason: string; evidence?: string } {
  const console = consoleTail.slice(-20).join('\n');
  switch (end.kind) {
    case 'qemu':
      return { reason: end.reason, evidence: end.evidence.slice(-2000) };
    case 'crashed':
      return { reason: end.crash.title, evidence: end.crash.evidence.join('\n') };
    case 'timeout':
      return {
        reason: `no hello: ${end.reason}`,
        evidence: [end.evidence, console].filter(Boolean).join('\n'),
      };
    case 'channel':
      return { reason: end.reason };
    default:
      return { reason: 'interrupted' };
  }
}
