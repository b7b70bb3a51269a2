import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { cachePlaces } from '../../../harness/cli/commands/cache-cleaning.ts';
import { type CleanOptions, cleanCommand } from '../../../harness/cli/commands/clean.ts';
import { FileLock } from '../../../harness/files/lock.ts';
import { describeSelf } from '../../../harness/files/lock-holder.ts';
import { findLeftoverGuests } from '../../../harness/process/leftover.ts';
import { projectPath } from '../../../harness/project.ts';
import { fakeContext } from '../../fakes/command-context.ts';

const deadLock = JSON.stringify({ ...describeSelf('building'), pid: 4194305 });
const kernel = 'linux-source-6.12-abc';

/** What a killed build leaves at every place of the cache, as paths below it. */
const drafts = [
  'images/aaa.draft-Ab12xY/initramfs.cpio',
  'userland/bbb.draft-Ab12xY/userland.cpio',
  'packages/kmod_31.draft-Ab12xY/usr/bin/kmod',
  'guest-programs/agent-ccc.draft-Ab12xY/agent',
  'kernel/artifacts/0124.draft-Ab12xY/vmlinux',
  `kernel/sources/${kernel}.draft-Ab12xY/Makefile`,
  'apt/archives/fetch.draft-Ab12xY/kmod.deb',
];
const deadLocks = [
  'images/aaa.lock',
  'userland/bbb.lock',
  `kernel/output/${kernel}.lock`,
  `kernel/output/${kernel}.lock.takeover`,
  'apt/lock',
];
const built = [
  'images/eee/initramfs.cpio',
  'userland/fff/userland.cpio',
  'packages/kmod_31/usr/bin/kmod',
  'guest-programs/agent-fff/agent',
  'kernel/artifacts/0123/vmlinux',
  `kernel/sources/${kernel}/Makefile`,
  `kernel/sources/${kernel}.identity`,
  'kernel/sources/linux-source-6.12.json',
  `kernel/output/${kernel}/vmlinux`,
  'apt/archives/kmod_31_amd64.deb',
  'kvm.json',
];

function write(folder: string, paths: readonly string[], content: string): void {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** A host with a cache, a folder for temporary files, and processes that are only files. */
function host(root: string) {
  write(root, ['tmp/file', 'proc/uptime'], '');
  const cache = join(root, 'xdg', 'modstorm');
  const places = { proc: join(root, 'proc'), temporary: [join(root, 'tmp')] };
  const process = (pid: number, parent: number, ...words: string[]) => {
    write(places.proc, [`${pid}/cmdline`], words.map(word => `${word}\0`).join(''));
    write(places.proc, [`${pid}/status`], `Name:\tx\nPPid:\t${parent}\n`);
  };
  const clean = async (options: CleanOptions = {}) => {
    const context = { ...fakeContext(), environment: { XDG_CACHE_HOME: join(root, 'xdg') } };
    let output = '';
    context.stdout = text => {
      output += text;
    };
    const code = await cleanCommand(options, context, places);
    return { code, lines: output.trimEnd().split('\n') };
  };
  return { root, cache, tmp: join(root, 'tmp'), proc: places.proc, process, clean };
}

t.test('left-overs of dead processes are removed and reported, builds are kept', async t => {
  const { cache, clean } = host(t.testdir());
  write(cache, [...drafts, ...built], 'x'.repeat(5000));
  write(cache, deadLocks, deadLock);
  const { code, lines } = await clean();
  t.equal(code, 0);
  for (const path of drafts) t.notOk(existsSync(join(cache, path)), path);
  for (const path of deadLocks) t.notOk(existsSync(join(cache, path)), path);
  for (const path of built) t.ok(existsSync(join(cache, path)), path);
  const told = lines.filter(line => line.startsWith(`removed ${cache}/`));
  t.equal(told.length, drafts.length + deadLocks.length, lines.join('\n'));
  t.match(lines.at(-1), /^freed \d+(\.\d+)? KiB$/);
  t.same((await clean()).lines, ['nothing to remove']);
});

t.test('what a live process uses is kept and reported', async t => {
  const { cache, clean } = host(t.testdir());
  write(cache, [...drafts, ...built], 'x');
  const locks = [
    'images/aaa.lock',
    'userland/bbb.lock',
    'packages/kmod_31.lock',
    'guest-programs/agent-ccc.lock',
    'kernel/artifacts/0124.lock',
    `kernel/sources/${kernel}.lock`,
    'apt/lock',
  ];
  const held = await Promise.all(
    locks.map(path => FileLock.acquire(join(cache, path), { purpose: 'building' })),
  );
  const { code, lines } = await clean();
  t.equal(code, 0);
  for (const path of [...drafts, ...built, ...locks]) t.ok(existsSync(join(cache, path)), path);
  for (const path of locks)
    t.ok(
      lines.some(line => line.startsWith(`kept ${join(cache, path)}: process ${process.pid} `)),
      path,
    );
  await t.rejects(clean({ cache: true }), { code: 'CACHE_IN_USE', evidence: /which is building since/ });
  for (const path of [...drafts, ...built, ...locks]) t.ok(existsSync(join(cache, path)), path);
  await Promise.all(held.map(lock => lock.release()));
  t.equal((await clean()).lines.length, drafts.length + 1, 'without its lock it is left over');
});

t.test('one draft that is worked on does not keep the others', async t => {
  const { cache, clean } = host(t.testdir());
  write(cache, drafts, 'x');
  await using _lock = await FileLock.acquire(join(cache, 'images/other.lock'), { purpose: 'building' });
  await clean();
  for (const path of drafts) t.notOk(existsSync(join(cache, path)), path);
});

t.test('--cache removes what modstorm built, and nothing else', async t => {
  const { root, cache, clean } = host(t.testdir());
  write(cache, [...drafts, ...built, '.kvm.json.123'], 'x'.repeat(5000));
  const { code, lines } = await clean({ cache: true });
  t.equal(code, 0);
  t.same(readdirSync(join(root, 'xdg')), [], 'the folder goes when it is empty');
  t.ok(lines.some(line => /^removed .*\/kernel \(\d.* KiB\)$/.test(line)));
  write(cache, ['images/eee/initramfs.cpio', 'thesis.tex'], 'x');
  await clean({ cache: true });
  t.same(readdirSync(cache), ['thesis.tex'], 'MODSTORM_CACHE may name a folder with other things');
  t.same((await clean({ cache: true })).lines, ['nothing to remove']);
});

t.test('--cache keeps the cache of a run whose guests live', async t => {
  const { cache, clean, process } = host(t.testdir());
  write(cache, built, 'x');
  process(70, 1, '/usr/bin/node', 'main.js');
  process(
    71,
    70,
    '/usr/bin/qemu-system-x86_64',
    '-append',
    'modstorm.trial=c1-3',
    `-initrd=${cache}/images/x`,
  );
  await t.rejects(clean({ cache: true }), { code: 'CACHE_IN_USE', evidence: /^guest 71 of trial c1-3$/ });
  for (const path of built) t.ok(existsSync(join(cache, path)), path);
});

t.test('--unused-for removes what was not used for so long, with what is beside it', async t => {
  const { cache, clean, process } = host(t.testdir());
  write(cache, built, 'x'.repeat(5000));
  const age = (path: string, days: number) => {
    const time = Date.now() / 1000 - days * 24 * 3600;
    utimesSync(join(cache, path), time, time);
  };
  const old = [
    'images/eee',
    'packages/kmod_31',
    `kernel/sources/${kernel}`,
    'apt/archives/kmod_31_amd64.deb',
  ];
  for (const path of old) age(path, 31);
  for (const path of ['guest-programs/agent-fff', 'userland/fff', 'kernel/artifacts/0123']) age(path, 31);
  age('kernel/sources/linux-source-6.12.json', 29);
  process(
    71,
    1,
    '/usr/bin/qemu-system-x86_64',
    `-append`,
    'modstorm.trial=c1',
    `${cache}/kernel/artifacts/0123/x`,
  );
  await using _lock = await FileLock.acquire(join(cache, 'userland/fff.lock'), { purpose: 'reading' });
  const { code, lines } = await clean({ unusedFor: 30 });
  t.equal(code, 0);
  for (const path of [...old, 'guest-programs/agent-fff']) {
    t.notOk(existsSync(join(cache, path)), path);
    t.ok(
      lines.some(line => line.startsWith(`removed ${join(cache, path)} (`)),
      path,
    );
  }
  t.notOk(
    existsSync(join(cache, `kernel/sources/${kernel}.identity`)),
    'says nothing about a missing folder',
  );
  t.ok(existsSync(join(cache, 'userland/fff/userland.cpio')), 'its lock is held');
  t.ok(existsSync(join(cache, 'kernel/artifacts/0123/vmlinux')), 'a guest runs from it');
  for (const path of ['kernel/sources/linux-source-6.12.json', `kernel/output/${kernel}/vmlinux`, 'kvm.json'])
    t.ok(existsSync(join(cache, path)), path);
});

t.test('every place that a room declares is cleaned', t => {
  const declared = readdirSync(projectPath('harness'), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts'))
    .flatMap(path => readFileSync(projectPath('harness', path), 'utf8').match(/: CachePlace = \{/g) ?? []);
  t.equal(cachePlaces.length, declared.length);
  t.end();
});

t.test('temporary folders: old and unused ones go', async t => {
  const { tmp, clean, process } = host(t.testdir());
  const age = { 'modstorm-Ab12xY': 90, 'modstorm-young1': 30, 'modstorm-usedXY': 90, 'modstorm-mine': 9000 };
  const scratch = {
    'modstorm-modules-Ab12xY': 4000,
    'modstorm-probe-Ab12xY': 4000,
    'modstorm-modules-young1': 90,
  };
  for (const [name, seconds] of Object.entries({ ...age, ...scratch })) {
    write(tmp, [`${name}/file`], 'x');
    const time = Date.now() / 1000 - seconds;
    utimesSync(join(tmp, name), time, time);
  }
  process(71, 1, '/usr/bin/qemu', `path=${tmp}/modstorm-usedXY/qmp`);
  const { lines } = await clean();
  t.same(readdirSync(tmp).sort(), [
    'file',
    'modstorm-mine',
    'modstorm-modules-young1',
    'modstorm-usedXY',
    'modstorm-young1',
  ]);
  t.equal(lines.filter(line => line.startsWith('removed ')).length, 3);
});

t.test('a guest is left over when its parent is no harness', async t => {
  const { proc, process } = host(t.testdir());
  const guest = ['/usr/bin/qemu-system-x86_64', '-append', 'quiet modstorm.trial=c1-3 panic=1'];
  process(70, 1, '/usr/bin/node', 'main.js');
  process(71, 70, ...guest);
  process(72, 1, ...guest);
  process(73, 1, 'grep', 'modstorm.trial=c1-3');
  process(74, 1, '/usr/bin/qemu-system-x86_64', '-append', 'quiet');
  t.same(await findLeftoverGuests(proc), [{ pid: 72, trial: 'c1-3' }]);
});
