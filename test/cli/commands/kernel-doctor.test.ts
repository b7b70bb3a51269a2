import t from 'tap';
import { kernelDoctorCommand } from '../../../harness/cli/commands/kernel-doctor.ts';
import { parseWorkload } from '../../../harness/matrix/workload/workload-file.ts';
import type { KernelProbe, KernelProbeRequest } from '../../../harness/run/probe-kernel.ts';
import { workloadNeeds } from '../../../harness/run/probe-kernel.ts';
import { fakeContext } from '../../fakes/command-context.ts';

const found: KernelProbe = {
  release: '7.2.12',
  moduleStats: true,
  autoloadDups: true,
  dupsTrace: false,
  decompress: true,
  decompressAlgorithm: 'zstd',
  mergesSameInode: true,
  cpusOnline: 2,
  configDigest: 'abcdef0123456789',
  origin: 'Debian linux-source-7.2 7.2.12-1 (sid)',
  config: 'stats+dups',
  accelerator: 'tcg',
  clocksource: 'tsc',
  cpuModel: 'QEMU TCG CPU',
  sameFile: { attempts: 16, successes: 15 },
  testKmod: false,
  modules: 31,
  cpuModules: ['aesni_intel', 'kvm_amd'],
  workloads: [
    { name: 'storm', adds: [], lacks: [] },
    { name: 'coldplug', adds: ['coldplug'], lacks: [] },
    { name: 'autoload', adds: [], lacks: ['test_kmod', 'tun'] },
  ],
};

t.test('what a workload needs of a kernel', t => {
  const workload = (name: string, text: string) =>
    parseWorkload(`version: 1\ndescription: d\nrun: [p]\ndeadline: { extra: 1s }\n${text}`, { file: name });
  const workloads = [
    workload('all', "image: { modules: ['*'] }\n"),
    workload(
      'some',
      `parameters: { m: { type: string, default: crc-x, description: d } }\nimage: { modules: ['\${m}', tun] }\n`,
    ),
    workload('later', 'fragments: [dups, autoload]\nimage: { modules: [tun] }\n'),
  ];
  const modules = { modules: new Set(['xfs']), builtin: new Set(['crc_x']) };
  const built = workloads.map(one => workloadNeeds(one, { fragments: ['dups'], ...modules }));
  t.same(built, [
    { name: 'all', adds: [], lacks: [] },
    { name: 'some', adds: [], lacks: ['tun'] },
    { name: 'later', adds: ['autoload'], lacks: [] },
  ]);
  t.same(
    workloadNeeds(workloads[2]!, { fragments: undefined, ...modules }),
    { name: 'later', adds: [], lacks: ['tun'] },
    'nothing is added to a kernel that is built already',
  );
  t.end();
});

/** Runs the command with a kernel that is not booted. */
async function doctor(options: { kernel: string; matrix?: string; config?: string; json?: boolean }) {
  const requests: KernelProbeRequest[] = [];
  const context = fakeContext();
  const code = await kernelDoctorCommand({ accel: 'tcg', ...options }, context, async request => {
    requests.push(request);
    return { ...found, config: request.config };
  });
  return { code, text: context.output, request: requests[0]! };
}

t.test('a package of Debian', async t => {
  const { code, text, request } = await doctor({ kernel: 'linux-source-7.2' });
  t.equal(code, 0);
  t.same(request.source, { kind: 'debian', package: 'linux-source-7.2' });
  t.equal(request.config, 'stats+dups');
  t.match(text, /^kernel {14}linux-source-7\.2: Linux 7\.2\.12, Debian linux-source-7\.2/);
  t.match(text, 'merged: 15 of 16 simultaneous loads succeeded');
  t.match(text, 'in the kernel, zstd');
  t.match(
    text,
    /^workloads {11}storm, coldplug \(adds coldplug\), autoload \(lacks test_kmod tun\)$/m,
    'what a workload needs beyond this config, and what it does not find',
  );
});

t.test('a kernel of a matrix, with the config of its first cell by default', async t => {
  const patched = await doctor({ kernel: 'no-merge', matrix: 'boot-8', json: true });
  t.match(patched.request.source, { kind: 'debian', patches: [/no-merge\.patch$/] });
  t.equal(patched.request.config, 'coldplug+dups+stats', 'with what the workload adds');
  const parsed = JSON.parse(patched.text) as Record<string, unknown>;
  t.equal(parsed['version'], 1);
  t.equal(parsed['kernel'], 'no-merge');
  t.equal(parsed['mergesSameInode'], true);
  const { request } = await doctor({ kernel: 'lts', matrix: 'boot-8', config: 'stats' });
  t.equal(request.config, 'stats');
});

t.test('kernels that nobody knows', async t => {
  await t.rejects(doctor({ kernel: 'lts' }), { code: 'KERNEL_UNKNOWN', hint: /--matrix/ });
  await t.rejects(doctor({ kernel: 'lst', matrix: 'boot-8' }), { code: 'KERNEL_UNKNOWN', hint: /lts/ });
});
