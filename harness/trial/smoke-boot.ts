import { join } from 'node:path';
import { ChannelListener, createSocketFolder } from '../channel/listener.ts';
import type { SmokeBootResult } from '../machine/accelerator.ts';
import { baseDeadlines } from '../machine/deadlines.ts';
import { runGuest } from '../machine/guest.ts';
import type { PreparedCell } from './prepared-cell.ts';
import { type GuestHost, machineSettings } from './trial-runner.ts';

/** Under working KVM a guest says hello in about a second. After this time it never will. */
const smokeDeadlineNs = 15e9;

/**
 * Boots the given cell with one vCPU under KVM until its agent says hello. This is the only proof that KVM
 * works. Leaves nothing behind.
 */
export async function smokeBoot(
  prepared: PreparedCell,
  host: GuestHost,
  signal: AbortSignal,
): Promise<SmokeBootResult> {
  const sockets = await createSocketFolder();
  try {
    const one: PreparedCell = { ...prepared, cell: { ...prepared.cell, vcpus: 1, numaNodes: 1 } };
    const consoleFile = join(sockets.path, 'console.log');
    const settings = machineSettings(
      { ...one, deadlineNs: 1e9 },
      { ...host, accelerator: 'kvm' },
      { id: 'smoke', consoleFile, countFile: join(sockets.path, 'count') },
    );
    const deadlines = {
      ...baseDeadlines(0),
      boot: smokeDeadlineNs,
      silence: smokeDeadlineNs,
      total: smokeDeadlineNs,
    };
    const life = await runGuest({
      settings: {
        ...settings,
        channelSocket: join(sockets.path, 'channel'),
        qmpSocket: join(sockets.path, 'qmp'),
      },
      deadlines,
      listenChannel: channel => ChannelListener.listen(channel),
      signal,
      untilHello: true,
    });
    const { end } = life;
    if (end.kind === 'finished') return { ok: true, durationNs: life.durationNs };
    const evidence = [life.qemuStderr, ...life.consoleTail.slice(-10)].join('\n').trim();
    return { ok: false, reason: describeEnd(end), evidence: evidence || undefined };
  } finally {
    await sockets.remove();
  }
}

function describeEnd(
  end: Exclude<Awaited<ReturnType<typeof runGuest>>['end'], { kind: 'finished' }>,
): string {
  switch (end.kind) {
    case 'crashed':
      return end.crash.title;
    case 'interrupted':
      return 'it was interrupted';
    default:
      return end.reason;
  }
}
