import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { Message } from '../../harness/channel/protocol.ts';
import { InfrastructureError } from '../../harness/errors.ts';
import { type GuestOptions, runGuest } from '../../harness/machine/guest.ts';
import type { ListenChannel } from '../../harness/machine/guest-channel.ts';
import { judgeEnd } from '../../harness/machine/guest-end.ts';
import type { Deadlines, MachineSettings } from '../../harness/machine/machine.ts';
import type { Crash } from '../../harness/measurement/crashes/crash.ts';
import { projectPath } from '../../harness/project.ts';

type Assertions = Pick<typeof t, 'notOk' | 'same'>;

const minute = 60e9;
const patient: Deadlines = {
  boot: minute,
  prepare: minute,
  workload: minute,
  collect: minute,
  shutdown: minute,
  silence: minute,
  total: minute,
};

/** The channel of the fakes: one JSON message a line. */
const listenChannel: ListenChannel = async options => {
  const server = createServer(socket => {
    let rest = '';
    socket.on('error', () => {});
    socket.on('data', chunk => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('{')) options.onMessage(JSON.parse(line) as Message);
        else options.onFault({ message: 'a frame was damaged' });
      }
    });
    options.onConnect();
    socket.on('close', settle);
    open.push(() => socket.destroy());
  });
  const open: (() => void)[] = [];
  let settle = () => {};
  const closed = new Promise<void>(resolve => {
    settle = resolve;
  });
  await new Promise<void>(resolve => server.listen(options.path, resolve));
  return {
    closed,
    close: async () => {
      for (const each of open) each();
      server.close();
      rmSync(options.path, { force: true });
    },
  };
};

function machineOf(
  folder: string,
  mode: string,
): MachineSettings & { channelSocket: string; qmpSocket: string } {
  return {
    qemu: projectPath('test', 'fakes', 'fake-qemu.mjs'),
    accelerator: 'tcg',
    hostCores: 2,
    vcpus: 1,
    memoryBytes: 2 ** 30,
    numaNodes: 1,
    kernelImage: '/k',
    initramfs: '/i',
    commandLine: `fake=${mode}`,
    consoleFile: join(folder, 'console,1.log'),
    channelSocket: join(folder, 'channel'),
    qmpSocket: join(folder, 'qmp'),
  };
}

/** Runs a fake and checks that nothing of it is left. */
async function live(t: Assertions, mode: string, changes: Partial<GuestOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'modstorm-guest-'));
  const seen: string[] = [];
  const settings = machineOf(folder, mode);
  try {
    const life = await runGuest({
      settings,
      deadlines: patient,
      listenChannel,
      onMessage: message => seen.push(message.type),
      onPhase: phase => seen.push(`>${phase}`),
      ...changes,
    });
    return { life, seen };
  } finally {
    t.notOk(existsSync(settings.channelSocket), 'the channel socket is gone');
    t.notOk(existsSync(settings.qmpSocket), 'the QMP socket is gone');
    t.same(processesWith(folder), [], 'no process is left');
    rmSync(folder, { recursive: true });
  }
}

/** Pids whose command line has the text. */
function processesWith(text: string): string[] {
  return readdirSync('/proc')
    .filter(pid => /^\d+$/.test(pid))
    .filter(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(text);
      } catch {
        return false;
      }
    });
}

t.test('a good life', async t => {
  const { life, seen } = await live(t, 'normal');
  t.same(life.end, { kind: 'finished' });
  t.same(
    seen.filter(each => each !== '>boot'),
    ['>prepare', 'hello', '>workload', 'phase', '>collect', 'phase', '>shutdown', 'end'],
  );
  t.equal(life.consoleTail[0], '[    0.000000] Linux version 6.12.0');
  t.ok(Object.values(life.phasesNs).every(ns => ns >= 0));
  t.ok((life.phasesNs.shutdown ?? 0) <= life.durationNs);
  const smoke = await live(t, 'hangs', { untilHello: true });
  t.same(smoke.life.end, { kind: 'finished' }, 'a smoke boot ends at hello');
});

t.test('deaths of QEMU', async t => {
  t.match((await live(t, 'dies')).life.end, { kind: 'qemu', reason: /SIGKILL/ });
  t.match((await live(t, 'refuse')).life.end, {
    kind: 'qemu',
    reason: /SIGABRT: .*MSR 0x10a/,
    evidence: /MSR 0x10a/,
  });
  t.match(
    (await live(t, 'stops')).life.end,
    { kind: 'qemu', reason: 'QEMU stopped the guest: KVM internal error. Suberror: 1, emulation failure' },
    'nobody waits for a guest that KVM has given up',
  );
  const folder = mkdtempSync(join(tmpdir(), 'modstorm-guest-'));
  const settings = { ...machineOf(folder, 'normal'), qemu: 'modstorm-no-qemu' };
  const { life } = await live(t, 'normal', { settings });
  t.match(life.end, { kind: 'qemu', reason: 'QEMU is not installed' });
  rmSync(folder, { recursive: true });
});

t.test('hangs end by deadline, with where the guest stands, also when TERM is ignored', async t => {
  const quick = { ...patient, workload: 1e8 };
  const { life } = await live(t, 'hangs', { deadlines: quick });
  t.match(life.end, {
    kind: 'timeout',
    phase: 'workload',
    reason: 'workload took longer than 100 ms',
    evidence: /running\.\nCPU 0: RIP ffffffff81e0a1cb, halted\nCPU 1: RIP 00000000000fe05b$/,
  });
  const stubborn = await live(t, 'obstinate', { deadlines: quick });
  t.match(stubborn.life.end, { kind: 'timeout', phase: 'workload' });
  t.match((await live(t, 'silent', { deadlines: { ...patient, silence: 1.5e9 } })).life.end, {
    kind: 'timeout',
    reason: 'no output for 1.50 s',
  });
});

t.test('a QEMU that is stopped, or never comes up, is no hang of its guest', async t => {
  const quick = { ...patient, workload: 2e8 };
  const stop = (folder: string) => () => {
    for (const pid of processesWith(folder)) process.kill(Number(pid), 'SIGSTOP');
  };
  const folder = mkdtempSync(join(tmpdir(), 'modstorm-guest-'));
  const { life } = await live(t, 'hangs', {
    settings: machineOf(folder, 'hangs'),
    deadlines: quick,
    onMessage: stop(folder),
  });
  t.match(life.end, { kind: 'stalled', reason: /stopped from outside/ });
  rmSync(folder, { recursive: true });
  const { life: absent } = await live(t, 'absent', { deadlines: { ...patient, boot: 1e9 } });
  t.match(absent.end, { kind: 'stalled', reason: /^QEMU itself hangs: start took longer/ });
});

t.test('crashes, resets, floods and torn frames', async t => {
  const panic = await live(t, 'panics');
  t.match(panic.life.end, { kind: 'crashed', crash: { class: 'panic' } });
  t.equal(panic.life.crashes[0]?.evidence.length, 2, 'the rest of the report was waited for');
  t.match((await live(t, 'stuckpanic', { graceNs: 1e8 })).life.end, { kind: 'crashed' });
  t.match((await live(t, 'resets')).life.end, { kind: 'crashed', crash: { class: 'triple-fault' } });
  t.match((await live(t, 'reboots')).life.end, { kind: 'crashed', crash: { class: 'reboot' } });
  t.match((await live(t, 'floods')).life.end, { kind: 'crashed', crash: { title: /flooded/ } });
  t.match((await live(t, 'tears')).life.end, { kind: 'channel', reason: 'a frame was damaged' });
});

t.test('an abort at any moment leaves nothing', async t => {
  for (const moment of ['before', 'listening', 'hello'] as const) {
    const controller = new AbortController();
    if (moment === 'before') controller.abort();
    const { life } = await live(t, 'hangs', {
      signal: controller.signal,
      listenChannel: async options => {
        const channel = await listenChannel(options);
        if (moment === 'listening') controller.abort();
        return channel;
      },
      onMessage: () => controller.abort(),
    });
    t.same(life.end, { kind: 'interrupted' }, moment);
  }
});

t.test('QEMU that is killed with its whole job, before we hear of it, was interrupted', async t => {
  for (const mode of ['terminated', 'dies']) {
    const controller = new AbortController();
    const { life } = await live(t, mode, {
      signal: controller.signal,
      onMessage: () => void setTimeout(() => controller.abort(), 300),
    });
    t.same(life.end, { kind: 'interrupted' }, mode);
  }
  const alone = await live(t, 'terminated', { signal: new AbortController().signal });
  t.match(alone.life.end, { kind: 'qemu', reason: /host-signal/ }, 'QEMU alone was killed');
});

t.test('a callback that throws ends the guest and comes out', async t => {
  const full = new InfrastructureError('DISK_FULL', 'no space');
  const onMessage = () => {
    throw full;
  };
  await t.rejects(live(t, 'hangs', { onMessage }), full);
  await t.rejects(live(t, 'hangs', { listenChannel: () => Promise.reject(full) }), full);
});

t.test('the strongest cause of an end wins', t => {
  const quiet = { interrupted: false, flooded: false, concluded: false, boots: 1, consoleTail: [] };
  const exit = { code: 0, stderr: '' };
  t.match(judgeEnd({ ...quiet, concluded: true, exit: { code: 1, stderr: 'x' } }), {
    kind: 'qemu',
    evidence: 'x',
  });
  t.match(judgeEnd({ ...quiet, concluded: true, boots: 2 }), { kind: 'crashed', crash: { class: 'reboot' } });
  t.match(judgeEnd({ ...quiet, exit, shutdownReason: 'guest-panic' }), { crash: { class: 'panic' } });
  t.match(judgeEnd({ ...quiet, exit, shutdownReason: 'guest-shutdown' }), { crash: { class: 'reboot' } });
  t.match(judgeEnd({ ...quiet, exit, shutdownReason: 'host-signal' }), {
    kind: 'qemu',
    reason: /host-signal/,
  });
  t.match(judgeEnd({ ...quiet, exit, channelProblem: 'torn', concluded: true }), { kind: 'channel' });
  const consoleTail = ['modstorm-agent: CHANNEL_LOST: No such device', 'reboot: Power down'];
  t.match(judgeEnd({ ...quiet, exit, consoleTail, shutdownReason: 'guest-shutdown' }), {
    crash: { title: 'the guest lost its virtio channel (No such device) and powered off' },
  });
  const lockup: Crash = { class: 'soft-lockup', title: 'soft lockup', evidence: [], fatal: true };
  for (const facts of [
    { shutdownReason: 'guest-shutdown', exit },
    { channelProblem: 'torn', exit },
    { expiry: { phase: 'boot', reason: 'slow' } as const },
    { fatal: lockup },
  ]) {
    t.notMatch(judgeEnd({ ...quiet, ...facts, stalledNs: 1e9 }), { kind: 'stalled' });
    t.match(judgeEnd({ ...quiet, ...facts, stalledNs: 20e9 }), {
      kind: 'stalled',
      reason: /^the host stood still for 20\.0 s: /,
    });
  }
  t.match(judgeEnd({ ...quiet, stalledNs: 20e9, exit, shutdownReason: 'guest-panic' }), { kind: 'crashed' });
  t.match(judgeEnd({ ...quiet, stalledNs: 20e9, concluded: true }), { kind: 'finished' });
  t.ok(statSync(projectPath('test', 'fakes', 'fake-qemu.mjs')).mode & 0o100, 'the fake can be executed');
  t.end();
});
