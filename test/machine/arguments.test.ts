import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { qemuArguments, translatesSingleThreaded } from '../../harness/machine/arguments.ts';
import { baseDeadlines, scaleDeadlines } from '../../harness/machine/deadlines.ts';
import { countedKilohertz, delayLoops, timeStampKilohertz } from '../../harness/machine/delay-loop.ts';
import type { MachineSettings } from '../../harness/machine/machine.ts';
import { PhaseClock } from '../../harness/machine/phase-clock.ts';
import { projectPath } from '../../harness/project.ts';
import { shellQuote } from '../../harness/shell-quote.ts';

const settings: MachineSettings = {
  qemu: 'qemu-system-x86_64',
  accelerator: 'tcg',
  hostCores: 2,
  vcpus: 2,
  memoryBytes: 2 * 1024 ** 3,
  numaNodes: 1,
  kernelImage: '/cache/bzImage',
  initramfs: '/cache/initramfs.cpio',
  commandLine: 'modstorm.trial=a-001',
  consoleFile: '/run/console.log',
  channelSocket: '/run/channel',
  qmpSocket: '/run/qmp',
};

const variants: Record<string, Partial<MachineSettings>> = {
  'tcg-2': {},
  'tcg-64-single': { vcpus: 64, cpuModel: 'Nehalem', delayLoops: 25961200, timeStampKilohertz: 2596120 },
  'tcg-255': { vcpus: 255 },
  'kvm-255-numa': { accelerator: 'kvm', vcpus: 255, numaNodes: 4, hostCores: 64 },
  'odd-memory-numa-3-of-2': { memoryBytes: 1000 * 1000 * 1000, numaNodes: 3 },
  'tcg-counted': {
    counter: { plugin: '/cache/a=b,c/instructions.so', file: '/run/instructions.txt' },
    delayLoops: 4000000,
    timeStampKilohertz: countedKilohertz,
  },
  'dry-run': { consoleFile: '-', channelFile: '/tmp/my,channel', commandLine: '' },
};

t.test('golden command lines', t => {
  for (const [name, change] of Object.entries(variants)) {
    const file = projectPath('test', 'golden', 'machine', `${name}.txt`);
    const { channelSocket, qmpSocket, ...offline } = settings;
    const sockets =
      change.channelFile === undefined ? { channelSocket: channelSocket!, qmpSocket: qmpSocket! } : {};
    const lines = qemuArguments({ ...offline, ...sockets, ...change });
    const text = `${lines.join('\n')}\n`;
    if (process.env['MODSTORM_UPDATE_GOLDEN']) writeFileSync(file, text);
    t.equal(text, readFileSync(file, 'utf8'), name);
  }
  t.equal(translatesSingleThreaded({ vcpus: 2, hostCores: 2 }), false);
  t.equal(translatesSingleThreaded({ vcpus: 3, hostCores: 2 }), true);
  t.equal(translatesSingleThreaded({ vcpus: 1, hostCores: 2 }, true), true);
  t.end();
});

t.test('CPUs of different nodes share no socket, whose cache they would share', t => {
  const topology = (numaNodes: number, vcpus: number) =>
    qemuArguments({ ...settings, numaNodes, vcpus }).find(word => word.startsWith('cpus='))!;
  t.equal(topology(1, 8), 'cpus=8,sockets=1,cores=8,threads=1');
  t.equal(topology(2, 8), 'cpus=8,sockets=8,cores=1,threads=1', 'with the identifiers 0 to 7, as before');
  t.equal(topology(3, 255), 'cpus=255,sockets=255,cores=1,threads=1');
  t.end();
});

t.test('memory of the NUMA nodes adds up, and every vCPU has one node', t => {
  for (const numaNodes of [2, 3, 5, 8]) {
    for (const vcpus of [1, 2, 7, 255]) {
      const words = qemuArguments({ ...settings, numaNodes, vcpus, memoryBytes: 1000 * 1024 ** 2 });
      const sizes = words.flatMap(word => /memory-backend-ram,.*size=(\d+)M/.exec(word)?.[1] ?? []);
      t.equal(
        sizes.reduce((sum, each) => sum + Number(each), 0),
        1000,
      );
      const seen = words.flatMap(word => {
        const match = /^node,.*cpus=(\d+)(?:-(\d+))?/.exec(word);
        if (!match) return [];
        const first = Number(match[1]);
        const last = Number(match[2] ?? match[1]);
        return Array.from({ length: last - first + 1 }, (_, index) => first + index);
      });
      t.same(
        seen,
        Array.from({ length: vcpus }, (_, index) => index),
      );
    }
  }
  t.end();
});

t.test('a shell gives back the very words', t => {
  const words = [
    'plain',
    '',
    'two words',
    "it's",
    '$HOME `x` "q" \\ !',
    'new\nline',
    '-append',
    '*?[a]',
    'ümlaut',
  ];
  const script = `for word in ${shellQuote(words)}; do printf '%s\\0' "$word"; done`;
  const back = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
  t.same(back.split('\0').slice(0, -1), words);
  t.equal(shellQuote(['-m', '2048M', 'a=b,c']), '-m 2048M a=b,c');
  t.end();
});

t.test('deadlines grow with emulation, sharing and jobs, and never shrink', t => {
  const base = baseDeadlines(30e9);
  t.equal(base.total, 100e9);
  t.same(scaleDeadlines(base, { accelerator: 'kvm', vcpus: 4, hostCores: 8, jobs: 2 }), base);
  const boot = (accelerator: 'kvm' | 'tcg', vcpus: number, jobs = 1) =>
    scaleDeadlines(base, { accelerator, vcpus, hostCores: 2, jobs }).boot / base.boot;
  const near = (actual: number, expected: number, message?: string) =>
    t.ok(Math.abs(actual - expected) < 1e-9, message ?? `${actual} is ${expected}`);
  near(boot('tcg', 2), 3);
  near(boot('tcg', 8), 3 * 1.7, 'one thread translates for eight');
  near(boot('tcg', 8, 2), 3 * 1.7, 'two such guests have a core each');
  near(boot('tcg', 255, 4), 3 * 26.4 * 2);
  near(boot('kvm', 8), 1.3);
  near(boot('tcg', 2, 2), 6, 'two guests of two threads share two cores');
  t.end();
});

t.test('the delay loop is known from the host and the configuration, or left to the kernel', t => {
  const cpuinfo = 'processor\t: 0\ncpu MHz\t\t: 2596.120\nbogomips\t: 5192.24\n\nprocessor\t: 1\n';
  t.equal(delayLoops(timeStampKilohertz(cpuinfo), '# CONFIG_HZ_250 is not set\nCONFIG_HZ=100\n'), 25961200);
  t.equal(delayLoops(timeStampKilohertz(cpuinfo), 'CONFIG_HZ=250\n'), 10384480);
  t.equal(timeStampKilohertz(cpuinfo), 2596120);
  t.equal(timeStampKilohertz('bogomips\t: 0.00\n'), undefined);
  t.equal(timeStampKilohertz('processor\t: 0\n'), undefined);
  t.equal(delayLoops(timeStampKilohertz(cpuinfo), 'CONFIG_HZ_100=y\n'), undefined);
  t.equal(
    delayLoops(timeStampKilohertz('BogoMIPS : 50.00\n'), 'CONFIG_HZ=100\n'),
    undefined,
    'other architectures count otherwise',
  );
  t.equal(delayLoops(timeStampKilohertz('bogomips\t: 0.00\n'), 'CONFIG_HZ=100\n'), undefined);
  t.end();
});

t.test('the phase clock', t => {
  let time = 1000;
  const deadlines = {
    boot: 100,
    prepare: 50,
    workload: 500,
    collect: 50,
    shutdown: 50,
    silence: 200,
    total: 650,
  };
  const clock = new PhaseClock(deadlines, () => time);
  time += 60;
  clock.enter('boot');
  time += 40;
  t.equal(clock.expired(), undefined, 'start and boot share a deadline');
  time += 1;
  t.match(clock.expired(), { phase: 'boot', reason: 'boot took longer than 100 ns' });
  clock.enter('prepare');
  time += 51;
  t.match(clock.expired(), { phase: 'prepare' });
  clock.enter('workload');
  time += 200;
  t.equal(clock.expired(), undefined);
  time += 1;
  t.match(clock.expired(), { phase: 'workload', reason: 'no output for 200 ns' });
  clock.heard();
  t.equal(clock.expired(), undefined);
  time += 190;
  clock.heard();
  time += 190;
  t.match(clock.expired(), { phase: 'workload', reason: 'workload took longer than 500 ns' });
  clock.enter('collect');
  t.match(clock.expired(), { phase: 'collect', reason: /the trial took/ });
  t.same(clock.durations(), { start: 60, boot: 41, prepare: 51, workload: 581, collect: 0 });
  clock.enter('workload');
  time += 9;
  t.equal(clock.durations().workload, 590, 'a phase that is entered twice adds up');
  t.end();
});
