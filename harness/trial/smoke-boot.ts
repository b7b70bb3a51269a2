import { join } from 'node:path';
import { ChannelListener, createSocketFolder } from '../channel/listener.ts';
import type { SmokeBootResult } from '../machine/accelerator.ts';
import { baseDeadlines } from '../machine/deadlines.ts';
import { runGuest } from '../machine/guest.ts';
import { notUnderKvm } from '../measurement/hypervisor.ts';
import type { PreparedCell } from './prepared-cell.ts';
import { type GuestHost, machineSettings } from './trial-runner.ts';

/**
 * Boots the given cell with one vCPU under KVM until its agent says hello and sees KVM. This is the only proof that KVM
 * works. Leaves nothing behind.
 * @param host with the CPU to try
 * @param deadlineNs after which the boot is given up
 */
export async function smokeBoot(
  prepared: PreparedCell,
  host: GuestHost,
  deadlineNs: number,
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
      boot: deadlineNs,
      silence: deadlineNs,
      total: deadlineNs,
    };
    let facts: Record<string, string> | undefined;
    const life = await runGuest({
      settings: {
        ...settings,
        channelSocket: join(sockets.path, 'channel'),
        qmpSocket: join(sockets.path, 'qmp'),
      },
      deadlines,
      listenChannel: channel => ChannelListener.listen(channel),
      signal,
      onMessage: message => {
        if (message.type === 'hello') facts = message.facts;
      },
      untilHello: true,
    });
    const { end } = life;
    const stranger = end.kind === 'finished' ? notUnderKvm(facts ?? {}) : undefined;
    if (end.kind === 'finished' && stranger === undefined) return { ok: true, durationNs: life.durationNs };
    const evidence = [life.qemuStderr, ...life.consoleTail.slice(-10)].join('\n').trim();
    const reason = end.kind === 'finished' ? (stranger ?? '') : describeEnd(end);
    return { ok: false, reason, evidence: evidence || undefined };
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
