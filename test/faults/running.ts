import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describeSelf } from '../../harness/files/lock-holder.ts';
import type { Answer } from './answer.ts';
import type { Fault } from './fault.ts';
import type { Lab } from './lab.ts';

const running = /^Running /;

function signalled(name: string, exit: number): Fault {
  return {
    name: `${name} while a guest boots`,
    provoke: lab =>
      lab.smoke(lab.at('results'), {
        during: {
          after: running,
          act: pid => setTimeout(() => process.kill(pid, name as NodeJS.Signals), 1500),
        },
      }),
    exit,
    says: /--resume/,
  };
}

/** An environment with a QEMU of a shell script, first in PATH. */
export function qemuOfScript(lab: Lab, script: string): Record<string, string> {
  const folder = lab.empty();
  const path = join(folder, 'qemu-system-x86_64');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { PATH: `${folder}:${process.env['PATH']}` };
}

function withQemu(lab: Lab, script: string): Promise<Answer> {
  return lab.smoke(lab.at('results'), { environment: qemuOfScript(lab, script) });
}

function withCacheDamage(damage: (image: string) => void): Fault['provoke'] {
  return async lab => {
    const cache = lab.copyCache();
    const environment = { MODSTORM_CACHE: cache };
    const first = await lab.smoke(lab.at('first'), { environment });
    if (first.exit !== 0) return first;
    const [image] = readdirSync(join(cache, 'images'));
    damage(join(cache, 'images', image!));
    return lab.smoke(lab.at('results'), { environment });
  };
}

const locks: Record<string, { text: () => string; seconds: number; held: boolean }> = {
  'of a living process': { text: () => JSON.stringify(describeSelf('testing')), seconds: 0, held: true },
  'of a dead process': {
    text: () => JSON.stringify({ ...describeSelf('x'), startTime: '1' }),
    seconds: 0,
    held: false,
  },
  'of a boot before this one': {
    text: () => JSON.stringify({ ...describeSelf('x'), bootId: 'x' }),
    seconds: 0,
    held: false,
  },
  'of another host, just now': {
    text: () => JSON.stringify({ ...describeSelf('x'), host: `${hostname()}x` }),
    seconds: 0,
    held: true,
  },
  'of another host, an hour ago': {
    text: () => JSON.stringify({ ...describeSelf('x'), host: `${hostname()}x` }),
    seconds: 3600,
    held: false,
  },
  'of garbage, just now': { text: () => 'garbage\n', seconds: 0, held: true },
  'of garbage, an hour ago': { text: () => 'garbage\n', seconds: 3600, held: false },
  'whose writer died before its first line': { text: () => '', seconds: 0, held: false },
  'whose writer died in its first line': { text: () => '{"pid":1,"no', seconds: 0, held: false },
  'of another host whose clock is an hour ahead': {
    text: () => JSON.stringify({ ...describeSelf('x'), host: `${hostname()}x` }),
    seconds: -3600,
    held: true,
  },
};

async function onSmallDisk(
  lab: Lab,
  size: string,
  run: (folder: string) => Promise<Answer>,
): Promise<Answer> {
  const folder = lab.empty();
  lab.host('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder);
  try {
    return await run(folder);
  } finally {
    lab.host('umount', folder);
  }
}

export const runningFaults: Fault[] = [
  signalled('SIGINT', 130),
  signalled('SIGTERM', 143),
  signalled('SIGHUP', 129),
  {
    name: 'SIGKILL while a guest boots, and the next run',
    provoke: async lab => {
      const results = lab.at('results');
      const kill = {
        after: running,
        act: (pid: number) => setTimeout(() => process.kill(pid, 'SIGKILL'), 1500),
      };
      const killed = await lab.smoke(results, { during: kill });
      return killed.exit === 137 ? lab.modstorm(['run', '--resume', 'latest', '--results', results]) : killed;
    },
    exit: 0,
  },
  {
    name: 'SIGSTOP for 15 s while a guest boots',
    provoke: lab =>
      lab.smoke(lab.at('results'), {
        during: {
          after: running,
          act: pid => {
            setTimeout(() => process.kill(pid, 'SIGSTOP'), 1500);
            setTimeout(() => process.kill(pid, 'SIGCONT'), 16_500);
          },
        },
      }),
    exit: 0,
  },
  ...['64k', '80k'].map(
    (size): Fault => ({
      name: `the disk of the results has ${size}`,
      needsRoot: true,
      provoke: lab => onSmallDisk(lab, size, folder => lab.smoke(folder)),
      exit: 3,
      says: /\[(EVIDENCE_UNWRITABLE|JOURNAL_WRITE_FAILED|SYSTEM_CALL_FAILED)\]/,
    }),
  ),
  ...['4k', '16k'].map(
    (size): Fault => ({
      name: `the disk of the results has ${size}`,
      needsRoot: true,
      provoke: lab => onSmallDisk(lab, size, folder => lab.smoke(folder)),
      exit: 3,
      says: /\[[A-Z_]+\]/,
    }),
  ),
  {
    name: 'the disk of the cache has 2 MiB',
    needsRoot: true,
    provoke: lab =>
      onSmallDisk(lab, '2m', folder =>
        lab.smoke(lab.at('results'), { environment: { MODSTORM_CACHE: folder } }),
      ),
    exit: 3,
    code: 'DISK_FULL',
  },
  {
    name: 'the disk of TMPDIR has 16 KiB',
    needsRoot: true,
    provoke: lab =>
      onSmallDisk(lab, '16k', folder => lab.smoke(lab.at('results'), { environment: { TMPDIR: folder } })),
    exit: 0,
  },
  ...['/nonexistent', '/dev/null', '/proc'].map(
    (folder): Fault => ({
      name: `TMPDIR=${folder}`,
      provoke: lab => lab.smoke(lab.at('results'), { environment: { TMPDIR: folder } }),
      exit: 3,
      code: 'TEMPORARY_FOLDER_FAILED',
    }),
  ),
  {
    name: 'TMPDIR of 200 characters',
    provoke: lab => {
      const folder = join(lab.empty(), 'x'.repeat(200));
      mkdirSync(folder);
      return lab.smoke(lab.at('results'), { environment: { TMPDIR: folder } });
    },
    exit: 0,
  },
  ...['/dev/null/x', '/proc/x'].map(
    (results): Fault => ({
      name: `--results ${results}`,
      provoke: lab => lab.smoke(results),
      exit: 3,
      code: 'RUN_FOLDER_FAILED',
    }),
  ),
  ...['a b', '-x', '模块 grün', 'x'.repeat(200)].map(
    (name): Fault => ({
      name: `--results ${name.length > 20 ? '200 characters' : JSON.stringify(name)}`,
      provoke: lab => {
        const folder = lab.empty();
        return lab.smoke(name, { folder });
      },
      exit: 0,
    }),
  ),
  {
    name: 'HOME is not set',
    provoke: lab => lab.smoke(lab.at('results'), { before: ['env', '-u', 'HOME'] }),
    exit: 0,
  },
  ...[
    ['umask 077', 'umask 077', 0],
    ['256 open files', 'ulimit -n 256', 0],
    // Node itself opens more while it loads the modules of modstorm.
    ['64 open files', 'ulimit -n 64', 3],
  ].map(
    ([name, line, exit]): Fault => ({
      name: `${name}`,
      provoke: lab => lab.smoke(lab.at('results'), { before: ['sh', '-c', `${line}; exec "$@"`, 'sh'] }),
      exit: Number(exit),
    }),
  ),
  {
    name: 'QEMU is not installed',
    provoke: lab => lab.smoke(lab.at('results'), { environment: { PATH: pathWithoutQemu(lab) } }),
    exit: 3,
    code: 'PROGRAM_MISSING',
  },
  {
    name: 'QEMU does not tell its version',
    provoke: lab => withQemu(lab, 'echo nonsense'),
    exit: 3,
    code: 'QEMU_UNREADABLE',
  },
  {
    name: 'QEMU --version hangs',
    provoke: lab => withQemu(lab, 'exec sleep 300'),
    exit: 3,
    code: 'PROGRAM_TIMEOUT',
  },
  {
    name: 'QEMU refuses to start a guest',
    provoke: lab =>
      withQemu(
        lab,
        'test "$1" = --version && exec /usr/bin/qemu-system-x86_64 --version\necho no such machine >&2; exit 1',
      ),
    exit: 3,
    says: /no such machine/,
  },
  {
    name: 'QEMU is of another version when a run is resumed',
    provoke: lab => {
      const { results } = lab.copy();
      const environment = qemuOfScript(lab, 'echo QEMU emulator version 99.0');
      return lab.modstorm(['run', '--resume', 'latest', '--results', results], { environment });
    },
    exit: 2,
    code: 'RUN_CHANGED',
  },
  ...Object.entries(locks).map(
    ([whose, { text, seconds, held }]): Fault => ({
      name: `resume: the journal has a lock ${whose}`,
      provoke: lab => {
        const { results, run } = lab.copy();
        const path = join(run, 'journal.ndjson.lock');
        writeFileSync(path, text());
        const time = Date.now() / 1000 - seconds;
        utimesSync(path, time, time);
        return lab.modstorm(['run', '--resume', 'latest', '--results', results]);
      },
      ...(held ? { exit: 3, code: 'LOCK_HELD', leaves: /journal\.ndjson\.lock$/ } : { exit: 0 }),
    }),
  ),
  {
    name: 'the cache: the initramfs is cut',
    provoke: withCacheDamage(image => truncateSync(join(image, 'initramfs.cpio'), 1000)),
    exit: 0,
  },
  {
    name: 'the cache: the initramfs is overwritten',
    provoke: withCacheDamage(image => {
      const file = join(image, 'initramfs.cpio');
      writeFileSync(file, readFileSync(file).fill(0x55, 0, 100_000));
    }),
    exit: 0,
  },
  {
    name: 'the cache: the initramfs is overwritten, and its time kept',
    provoke: withCacheDamage(image => {
      const file = join(image, 'initramfs.cpio');
      const manifest = JSON.parse(readFileSync(join(image, '.manifest.json'), 'utf8')) as Record<
        string,
        { mtimeMs: number }
      >;
      writeFileSync(file, readFileSync(file).fill(0x55, 0, 3_000_000));
      utimesSync(file, 1000, 1000);
      manifest['initramfs.cpio']!.mtimeMs = 1_000_000;
      writeFileSync(join(image, '.manifest.json'), JSON.stringify(manifest));
    }),
    exit: 3,
    code: 'CACHE_DAMAGED',
  },
  {
    name: 'the cache: one bit of the kernel is another, and its time kept',
    provoke: async lab => {
      const cache = lab.copyCache();
      const environment = { MODSTORM_CACHE: cache };
      await lab.smoke(lab.at('first'), { environment });
      for (const key of readdirSync(join(cache, 'kernel/artifacts'))) {
        const file = join(cache, 'kernel/artifacts', key, 'vmlinux');
        if (!existsSync(file)) continue;
        const { atime, mtime } = statSync(file);
        const bytes = readFileSync(file);
        const middle = Math.floor(bytes.length / 2);
        bytes[middle] = (bytes[middle] ?? 0) ^ 0x10;
        writeFileSync(file, bytes);
        utimesSync(file, atime, mtime);
      }
      return lab.modstorm(['doctor'], { environment });
    },
    exit: 0,
    says: /DAMAGED.*vmlinux/,
  },
  {
    name: 'the cache: the initramfs is missing',
    provoke: withCacheDamage(image => rmSync(join(image, 'initramfs.cpio'))),
    exit: 0,
  },
  {
    name: 'the cache: image.json is empty',
    provoke: withCacheDamage(image => writeFileSync(join(image, 'image.json'), '')),
    exit: 0,
  },
  {
    name: 'the cache: doctor, and a kernel whose artifact.json is one bracket',
    provoke: async lab => {
      const cache = lab.copyCache();
      const environment = { MODSTORM_CACHE: cache };
      await lab.smoke(lab.at('results'), { environment });
      for (const key of readdirSync(join(cache, 'kernel/artifacts'))) {
        const file = join(cache, 'kernel/artifacts', key, 'artifact.json');
        if (existsSync(join(file, '..', '.manifest.json'))) writeFileSync(file, '{');
      }
      return lab.modstorm(['doctor'], { environment });
    },
    exit: 0,
    says: /DAMAGED.*artifact\.json has 1 bytes/,
  },
  {
    name: 'the cache is read-only',
    needsRoot: true,
    provoke: async lab => {
      const cache = lab.copyCache();
      const environment = { MODSTORM_CACHE: cache };
      await lab.smoke(lab.at('first'), { environment });
      return lab.readOnly(cache, () => lab.smoke(lab.at('results'), { environment }));
    },
    exit: 0,
  },
  {
    name: 'two runs at once in one results folder',
    provoke: async lab => {
      const results = lab.at('results');
      const [one, two] = await Promise.all([lab.smoke(results), lab.smoke(results)]);
      return one.exit === 0 ? two : one;
    },
    exit: 0,
  },
  ...['/dev/full', '/dev/null'].map(
    (file): Fault => ({
      name: `standard output is ${file}`,
      provoke: lab => {
        const { results } = lab.copy();
        const before = ['sh', '-c', `exec "$@" >${file}`, 'sh'];
        return lab.modstorm(['report', 'latest', '--results', results], { before });
      },
      exit: file === '/dev/full' ? 3 : 0,
      ...(file === '/dev/full' && { code: 'OUTPUT_FAILED' }),
    }),
  ),
];

/** A folder with links to every program of the host but QEMU. */
function pathWithoutQemu(lab: Lab): string {
  const folder = lab.empty();
  for (const place of ['/usr/bin', '/bin', '/usr/sbin', '/sbin'])
    lab.host(
      'sh',
      '-c',
      `for p in ${place}/*; do case "$p" in *qemu*) ;; *) ln -sf "$p" ${folder}/ ;; esac; done`,
    );
  return folder;
}
