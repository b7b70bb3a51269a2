import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { IsolatedApt } from '../../harness/host/isolated-apt.ts';

import { readBuildId } from '../../harness/kernel/elf-build-id.ts';
import { readExtraModules } from '../../harness/kernel/extra-modules.ts';
import { loadFragments } from '../../harness/kernel/fragments.ts';
import {
  artifactKey,
  describeArtifact,
  digestObjects,
  kernelArtifacts,
} from '../../harness/kernel/kernel-artifacts.ts';
import { renderConfig } from '../../harness/kernel/kernel-config.ts';
import { findModulesFolder, releaseOfImage } from '../../harness/kernel/kernel-release.ts';
import { describeToolchain, kernelTools } from '../../harness/kernel/kernel-tools.ts';
import { prepareKernel, prepareKernels, resolveSource } from '../../harness/kernel/prepare-kernel.ts';
import type { KernelSource } from '../../harness/matrix/matrix.ts';

/** A bzImage's header, as far as its release is concerned (boot protocol 2.00). */
function bzImage(release: string): Buffer {
  const image = Buffer.alloc(0x600);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(0x300, 0x20e);
  image.write(`${release} (modstorm@modstorm) #1\0`, 0x500, 'latin1');
  return image;
}

/** A 64-bit ELF file with one note segment, as long as `notes`. */
function elf(notes: Buffer): Buffer {
  const file = Buffer.alloc(120);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(4, 64);
  file.writeBigUInt64LE(120n, 72);
  file.writeBigUInt64LE(BigInt(notes.length), 96);
  return Buffer.concat([file, notes, Buffer.from('junk Linux version 6.18.0-rc1 (x@y)')]);
}

function note(name: string, type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(name.length + 1, 0);
  head.writeUInt32LE(value.length, 4);
  head.writeUInt32LE(type, 8);
  const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  return Buffer.concat([head, padded(Buffer.from(`${name}\0`)), padded(value)]);
}

const notes = Buffer.concat([
  note('Xen', 18, Buffer.alloc(4)),
  note('GNU', 3, Buffer.from('a1b2c3d4e5', 'hex')),
]);

t.test('an image tells its release', async t => {
  t.equal(releaseOfImage(bzImage('6.12.95-amd64'), 'x'), '6.12.95-amd64');
  t.equal(releaseOfImage(elf(notes), 'x'), '6.18.0-rc1');
  for (const broken of [
    Buffer.alloc(0x210),
    Buffer.from('#!/bin/sh\n'),
    Buffer.alloc(0),
    elf(notes).subarray(0, 130),
  ]) {
    t.throws(() => releaseOfImage(broken, 'x'), { code: 'KERNEL_IMAGE_UNREADABLE' });
  }
  const outside = bzImage('6.1');
  outside.writeUInt16LE(0xffff, 0x20e);
  t.throws(() => releaseOfImage(outside, 'x'), { code: 'KERNEL_IMAGE_UNREADABLE' });
});

t.test('the build id is read, and a damaged file has none', async t => {
  t.equal(readBuildId(elf(notes)), 'a1b2c3d4e5');
  t.equal(readBuildId(bzImage('6.1')), undefined);
  t.equal(readBuildId(elf(note('Xen', 18, Buffer.alloc(4)))), undefined);
  const long = elf(notes);
  long.writeUInt32LE(0xffffffff, 120);
  t.equal(readBuildId(long), undefined);
  for (let length = 0; length < 140; length += 1)
    t.doesNotThrow(() => readBuildId(elf(notes).subarray(0, length)));
});

t.test('a key follows what decides the content', async t => {
  const identity = {
    source: 'debian linux-source-6.12 6.12.95',
    config: 'CONFIG_A=y\n',
    toolchain: 'gcc 12',
    extraModules: 'e3b0',
  };
  const key = artifactKey(identity);
  t.equal(
    key,
    '97e1f63f80b365aef8116e76c91aba76',
    'stable over versions of modstorm, unless the recipe is raised',
  );
  t.match(key, /^[0-9a-f]{32}$/);
  for (const change of [{ source: 'x' }, { config: 'x' }, { toolchain: 'x' }, { extraModules: 'x' }]) {
    t.not(artifactKey({ ...identity, ...change }), key);
  }
});

async function fillArtifact(draft: string, image = 'image') {
  const modules = join(draft, 'modules', 'lib', 'modules', '6.12.0');
  await mkdir(join(modules, 'kernel'), { recursive: true });
  await writeFile(join(draft, 'vmlinux'), image);
  await writeFile(join(modules, 'kernel', 'xfs.ko'), 'xfs');
  await writeFile(join(modules, 'modules.dep'), 'kernel/xfs.ko:\n');
  return { release: '6.12.0', image: join(draft, 'vmlinux'), modules, origin: 'test' };
}

async function describedArtifact(draft: string): Promise<void> {
  await describeArtifact(draft, { key: 'k1', ...(await fillArtifact(draft)) });
}

t.test('an artifact comes out of the cache as it went in, with absolute paths', async t => {
  const artifacts = kernelArtifacts(t.testdir());
  const lock = { purpose: 'building' };
  t.equal(await artifacts.find('k1'), undefined);
  const artifact = await artifacts.obtain('k1', lock, describedArtifact);
  t.equal(artifact.image, join(artifacts.pathOf('k1'), 'vmlinux'));
  t.equal(artifact.modules, join(artifacts.pathOf('k1'), 'modules/lib/modules/6.12.0'));
  t.same(await artifacts.find('k1'), artifact);
  await rm(artifact.image);
  t.equal(await artifacts.find('k1'), undefined, 'an entry without its image is none');
  await artifacts.obtain('k1', lock, describedArtifact);
  t.ok(await artifacts.find('k1'), 'and is replaced');
});

t.test('the object digest sees code and nothing else', async t => {
  const a = t.testdir({ a: {}, b: {}, c: {} });
  const digests = await Promise.all(
    ['a', 'b', 'c'].map(async name => {
      const { image, modules } = await fillArtifact(join(a, name), name === 'c' ? 'changed' : 'image');
      if (name === 'b') await writeFile(join(modules, 'modules.alias'), 'more');
      return digestObjects(image, modules);
    }),
  );
  t.equal(digests[0], digests[1]);
  t.not(digests[0], digests[2]);
});

t.test('a prebuilt kernel is taken where it lies', async t => {
  const folder = t.testdir({
    boot: { 'vmlinuz-6.12.0': bzImage('6.12.0'), 'config-6.12.0': 'CONFIG_MODULES=y\n' },
    lib: { modules: { '6.12.0': { 'modules.dep': 'kernel/a.ko:\n', kernel: { 'a.ko': 'a' } } } },
    other: { '6.1.0': { 'modules.dep': '' } },
  });
  const image = join(folder, 'boot', 'vmlinuz-6.12.0');
  const take = (modules: string) =>
    prepareKernel({
      name: 'x',
      source: { kind: 'prebuilt', image, modules: join(folder, modules) },
      fragments: [],
    });
  const artifact = await take('lib/modules/6.12.0');
  t.match(artifact, { release: '6.12.0', image, config: join(folder, 'boot', 'config-6.12.0') });
  t.equal((await take('.')).modules, artifact.modules, 'the root of an installation will do');
  t.equal((await take('lib/modules')).key, artifact.key);
  await t.rejects(take('other/6.1.0'), {
    code: 'KERNEL_MODULES_MISMATCH',
    message: /is Linux 6\.12\.0.*for 6\.1\.0/,
  });
  await t.rejects(take('boot'), { code: 'KERNEL_MODULES_MISSING' });
  await t.rejects(findModulesFolder(join(folder, 'none')), { code: 'KERNEL_MODULES_MISSING' });
  const gone = { kind: 'prebuilt', image: join(folder, 'none'), modules: folder } as const;
  await t.rejects(prepareKernels([{ name: 'x', source: gone, fragments: [] }]), {
    code: 'KERNEL_IMAGE_MISSING',
  });
});

t.test('a Debian version is chosen once and kept', async t => {
  const cache = t.testdir();
  const tools = kernelTools('s', 'S');
  let asked = 0;
  const apt = {
    candidates: async () => {
      asked += 1;
      return [
        { version: '6.12.95-1~bpo12+1', suite: 'bookworm-backports' },
        { version: '6.12.107-1', suite: 'trixie' },
      ];
    },
    suites: async () => ['bookworm'],
  } as unknown as IsolatedApt;
  const resolve = (suite?: string) =>
    resolveSource(
      { kind: 'debian', package: 'linux-source-6.12', ...(suite && { suite }) },
      cache,
      apt,
      tools,
    );
  const first = await resolve();
  t.equal(first.origin, 'Debian linux-source-6.12 6.12.95-1~bpo12+1 (bookworm-backports)');
  t.equal((await resolve()).key, first.key);
  t.equal(asked, 1);
  t.match((await resolve('trixie')).identity, '6.12.107-1');
  await t.rejects(resolve('sid'), { code: 'KERNEL_SOURCE_UNKNOWN', hint: /bookworm-backports, trixie/ });
  const patched: KernelSource & { kind: 'debian' } = {
    kind: 'debian',
    package: 'linux-source-6.12',
    patches: [join(cache, 'none.patch')],
  };
  await t.rejects(resolveSource(patched, cache, apt, tools), { code: 'KERNEL_PATCH_UNREADABLE' });
  await writeFile(join(cache, 'none.patch'), '--- a/x\n');
  const labelled = await resolveSource(patched, cache, apt, tools);
  t.match(labelled.origin, / with none\.patch$/);
  t.not(labelled.key, first.key);
});

const hasGit = (() => {
  try {
    execFileSync('git', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

t.test(
  'a git tree is exported without touching the checkout',
  { skip: !hasGit && 'no git here' },
  async t => {
    const root = t.testdir({
      repo: { Makefile: 'VERSION = 6\n', kernel: { 'a.c': 'a1', 'b.c': 'b' } },
      cache: {},
    });
    const repo = join(root, 'repo');
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', '-C', repo, ...args], {
        encoding: 'utf8',
      }).trim();
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'one');
    await writeFile(join(repo, 'kernel', 'a.c'), 'a2');
    git('commit', '-qam', 'two');
    await writeFile(join(repo, 'kernel', 'a.c'), 'dirty');
    const tools = kernelTools('s', 'S');
    const cache = join(root, 'cache');
    const resolve = (revision: string, patches: string[] = []) =>
      resolveSource({ kind: 'tree', path: repo, revision, patches }, cache, {} as IsolatedApt, tools);
    const two = await resolve('HEAD');
    const identity = {
      source: two.identity,
      config: renderConfig(await loadFragments([])),
      toolchain: await describeToolchain(tools),
      extraModules: (await readExtraModules()).digest,
    };
    const key = artifactKey(identity);
    await kernelArtifacts(cache).obtain(key, { purpose: 'building' }, draft =>
      fillArtifact(draft).then(files => describeArtifact(draft, { ...files, key, origin: '/elsewhere 123' })),
    );
    const source: KernelSource = { kind: 'tree', path: repo, revision: 'HEAD' };
    const artifact = await prepareKernel({ name: 'x', source, fragments: [] }, { cache });
    t.match(
      artifact,
      { key, origin: two.origin },
      'built from another tree, it is of the one that is asked for',
    );
    const folder = join(cache, 'kernel', 'sources', two.key);
    t.equal(await two.place(), folder);
    t.equal(await readFile(join(folder, 'kernel', 'a.c'), 'utf8'), 'a2');
    const before = (await stat(join(folder, 'kernel', 'b.c'))).mtimeMs;
    await writeFile(join(folder, 'stray.c'), 'left by an interrupted patch');
    await writeFile(join(folder, 'kernel', 'a.c'), 'spoilt');
    const one = await resolve('HEAD~1');
    t.equal(one.key, two.key, 'revisions of one tree share their folder');
    t.not(one.identity, two.identity);
    await one.place();
    t.equal(await readFile(join(folder, 'kernel', 'a.c'), 'utf8'), 'a1');
    t.equal((await stat(join(folder, 'kernel', 'b.c'))).mtimeMs, before, 'what is equal keeps its time');
    t.notOk((await readdir(folder)).includes('stray.c'));
    t.equal(git('status', '--porcelain'), 'M kernel/a.c', 'the checkout is as it was');
    t.equal(await readFile(join(repo, 'kernel', 'a.c'), 'utf8'), 'dirty');

    await writeFile(
      join(root, 'p.patch'),
      '--- a/kernel/b.c\n+++ b/kernel/b.c\n@@ -1 +1 @@\n-b\n\\ No newline at end of file\n+c\n',
    );
    const patched = await resolve('HEAD', [join(root, 'p.patch')]);
    t.not(patched.key, two.key);
    const other = await patched.place();
    t.equal(await readFile(join(other, 'kernel', 'b.c'), 'utf8'), 'c\n');
    await writeFile(
      join(root, 'bad.patch'),
      '--- a/kernel/b.c\n+++ b/kernel/b.c\n@@ -1 +1 @@\n-nothing like it\n+c\n',
    );
    const bad = await resolve('HEAD', [join(root, 'bad.patch')]);
    await t.rejects(bad.place(), {
      code: 'KERNEL_PATCH_FAILED',
      message: 'bad.patch does not apply to this kernel',
    });
    await t.rejects(resolve('v9.9'), { code: 'KERNEL_REVISION_UNKNOWN' });
    const nowhere = { kind: 'tree', path: cache, revision: 'HEAD' } as const;
    await t.rejects(resolveSource({ ...nowhere, path: '/' }, cache, {} as IsolatedApt, tools), {
      code: 'KERNEL_SOURCE_UNKNOWN',
    });
  },
);
