import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';
import { buildImage, type ImageOptions } from '../../harness/image/build-image.ts';
import type { PackageSource } from '../../harness/image/debian-pool.ts';
import { findHostPrograms } from '../../harness/image/host-programs.ts';
import { prepareUserland } from '../../harness/image/userland.ts';
import {
  compareVersions,
  parseUserlandTable,
  selectPrograms,
  suiteOf,
} from '../../harness/image/userland-table.ts';
import type { KernelArtifact } from '../../harness/kernel/artifact.ts';
import { type ProgramResult, runProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';
import { elfFile } from './elf-file.ts';

interface Teardown {
  teardown(undo: () => unknown): void;
}

async function scratch(t: Teardown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'modstorm-userland-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

interface FakePackage {
  depends?: string;
  bytes: number;
  files: Record<string, Buffer>;
}

const libraries = 'usr/lib/x86_64-linux-gnu';
const program = (needed: string[]) => elfFile({ interpreter: '/lib64/ld-linux-x86-64.so.2', needed });
const library = (soname: string, needed: string[] = [], dlopen?: string) =>
  elfFile({ soname, needed, ...(dlopen !== undefined && { dlopen }) });

/** A small Debian: kmod and stress-ng as they are, with a Mesa that must never be fetched. */
const debian: Record<string, FakePackage> = {
  kmod: {
    depends: 'libc6 (>= 2.38), libkmod2 (= 1)',
    bytes: 1,
    files: { 'usr/bin/kmod': program(['libkmod.so.2', 'libc.so.6']) },
  },
  libkmod2: {
    depends: 'libc6',
    bytes: 1,
    files: {
      [`${libraries}/libkmod.so.2`]: library(
        'libkmod.so.2',
        ['libc.so.6'],
        '[{"soname":["libzstd.so.1"]},{"soname":["liblzma.so.5"]},{"soname":["libnone.so.9"]}]',
      ),
    },
  },
  liblzma5: { bytes: 1, files: { [`${libraries}/liblzma.so.5`]: library('liblzma.so.5') } },
  libzstd1: { bytes: 1, files: { [`${libraries}/libzstd.so.1`]: library('libzstd.so.1') } },
  libc6: {
    bytes: 2,
    files: {
      [`${libraries}/libc.so.6`]: library('libc.so.6', ['ld-linux-x86-64.so.2']),
      'usr/lib64/ld-linux-x86-64.so.2': library('ld-linux-x86-64.so.2'),
    },
  },
  'stress-ng': {
    depends: 'libc6, libegl1',
    bytes: 1,
    files: {
      'usr/bin/stress-ng': elfFile({
        interpreter: '/lib64/ld-linux-x86-64.so.2',
        needed: ['libEGL.so.1', 'libc.so.6', 'libown.so'],
        runpath: '$ORIGIN/../lib/own',
      }),
      'usr/lib/own/libown.so': library('libown.so'),
    },
  },
  libegl1: {
    depends: 'libc6, libglvnd0, mesa',
    bytes: 1,
    files: { [`${libraries}/libEGL.so.1`]: library('libEGL.so.1', ['libGLdispatch.so.0']) },
  },
  libglvnd0: { bytes: 10, files: { [`${libraries}/libGLdispatch.so.0`]: library('libGLdispatch.so.0') } },
  mesa: { bytes: 100_000_000, files: {} },
};

/** No package of the fake depends on these. */
const isOnlyOpened = (name: string) => ['libzstd1', 'liblzma5'].includes(name);

/** Debian packages made on the spot; remembers what was fetched. */
function fakeDebian(folder: string): { source: PackageSource; fetched: string[] } {
  const fetched: string[] = [];
  const file = (name: string) => ({
    name,
    version: '1:2-3',
    file: `${name}.deb`,
    uri: '',
    bytes: debian[name]!.bytes,
    hash: '',
  });
  const source: PackageSource = {
    closure: async () =>
      Object.keys(debian)
        .filter(name => !isOnlyOpened(name))
        .map(file),
    candidates: async name => (isOnlyOpened(name) ? [{ version: '1:2-3', suite: 'trixie' }] : []),
    downloadAll: async packages => {
      for (const { name } of packages) fetched.push(name);
      return Promise.all(packages.map(({ name }) => makeDeb(folder, name)));
    },
    extract: async (deb, target) => void (await runProgram('dpkg-deb', ['--extract', deb, target])),
  };
  return { source, fetched };
}

async function makeDeb(folder: string, name: string): Promise<string> {
  const { depends, files } = debian[name]!;
  const root = join(folder, 'debs', name);
  const fields = [
    `Package: ${name}`,
    'Version: 1:2-3',
    'Architecture: amd64',
    'Maintainer: x <x@x>',
    'Description: x',
  ];
  if (depends) fields.push(`Depends: ${depends}`);
  await mkdir(join(root, 'DEBIAN'), { recursive: true });
  await writeFile(join(root, 'DEBIAN', 'control'), `${fields.join('\n')}\n`);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  await runProgram('dpkg-deb', ['-Znone', '--build', root, `${root}.deb`]);
  return `${root}.deb`;
}

const table = parseUserlandTable(
  await readFile(projectPath('guests', 'userland.yaml'), 'utf8'),
  'guests/userland.yaml',
);

async function namesIn(archive: string): Promise<string[]> {
  const { stdout } = await runProgram('cpio', ['-t', '--quiet'], { inputFile: archive });
  return stdout.trimEnd().split('\n');
}

t.test('the table of programs', async t => {
  t.strictSame(
    selectPrograms(table, []).map(({ name }) => name),
    ['modprobe'],
  );
  t.strictSame(
    selectPrograms(table, ['stress-ng', 'modprobe']).map(({ name }) => name),
    ['modprobe', 'stress-ng'],
  );
  t.throws(() => selectPrograms(table, ['stres-ng']), {
    code: 'PROGRAM_UNKNOWN',
    hint: /Did you mean "stress-ng"/,
  });
  for (const text of [
    '[',
    'suite: x',
    'suite: x\nprograms: {a: {package: p, path: b}}',
    'suite: 7\nprograms: {}',
  ]) {
    t.throws(() => parseUserlandTable(text, 'f.yaml'), { code: 'USERLAND_TABLE' }, text);
  }
  t.throws(() => parseUserlandTable('suite: x\nalways: [b]\nprograms: {}', 'f'), { code: 'PROGRAM_UNKNOWN' });
  const suites = parseUserlandTable(
    'suite: x\nprograms: {a: {package: pa, path: /a}, b: {package: pb, path: /b, suite: y}, c: {package: pc, path: /c, suite: z}}',
    'f.yaml',
  );
  const suite = (...names: string[]) => suiteOf(suites, selectPrograms(suites, names));
  t.strictSame([suite('a'), suite('b'), suite('a', 'b')], ['x', 'y', 'y'], 'one suite for all of an image');
  t.throws(() => suite('b', 'c'), { code: 'USERLAND_TABLE', message: /y and z/ });
  t.ok(compareVersions('0.15.06', '0.15.07') < 0);
  t.ok(compareVersions('0.16', '0.15.07') > 0);
  t.equal(compareVersions('1.0', '1'), 0);
});

t.test('only packages with libraries that are asked for are fetched', async t => {
  const cache = await scratch(t);
  const { source, fetched } = fakeDebian(cache);
  const options = {
    programs: selectPrograms(table, ['stress-ng']),
    suite: 'trixie',
    cache,
    packages: () => source,
  };
  const userland = await prepareUserland(options);
  t.strictSame(fetched.sort(), [
    'kmod',
    'libc6',
    'libegl1',
    'libglvnd0',
    'libkmod2',
    'liblzma5',
    'libzstd1',
    'stress-ng',
  ]);
  t.strictSame(Object.keys(userland.versions), fetched);
  t.equal(userland.versions['kmod'], '1:2-3');
  t.equal(
    userland.key,
    createHash('sha256')
      .update(await readFile(userland.path))
      .digest('hex'),
  );
  const names = await namesIn(userland.path);
  for (const path of [
    'usr/lib64/ld-linux-x86-64.so.2',
    `${libraries}/libzstd.so.1`,
    'usr/bin/stress-ng',
    'usr/lib/own/libown.so',
    'usr/sbin/modprobe',
    'dev/console',
    'lib64',
  ]) {
    t.ok(names.includes(path), path);
  }
  const again = await prepareUserland({ ...options, packages: () => t.fail('fetched again') as never });
  t.strictSame(again, userland, 'the second time from the cache');
});

t.test('a library that nobody has is an error that names who wants it', async t => {
  const cache = await scratch(t);
  const { source } = fakeDebian(cache);
  const closure = async () => (await source.closure([], '')).filter(({ name }) => name !== 'libglvnd0');
  const options = { programs: selectPrograms(table, ['stress-ng']), suite: 'trixie', cache };
  await t.rejects(prepareUserland({ ...options, packages: () => ({ ...source, closure }) }), {
    code: 'LIBRARY_MISSING',
    message: /libGLdispatch\.so\.0.*libEGL\.so\.1.*libegl1/,
  });
  const programs = [{ ...table.programs[0]!, path: '/usr/bin/other' }];
  await t.rejects(prepareUserland({ ...options, programs, packages: () => source }), {
    code: 'PACKAGE_FILE_MISSING',
  });
});

t.test("the host's stress-ng is taken when it is new enough, and all else with it", async t => {
  const root = await scratch(t);
  for (const { files } of Object.values(debian)) {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
  }
  await symlink('usr/lib64', join(root, 'lib64'));
  const wanted = selectPrograms(table, ['stress-ng']);
  const says = (version: string) => ({
    root,
    run: async (): Promise<ProgramResult> => ({
      code: 0,
      stdout: `stress-ng, version ${version} (gcc 13.2.0)\n`,
      stderr: '',
      durationNs: 1,
    }),
  });
  const host = await findHostPrograms(wanted, says('0.17.06'));
  t.strictSame(host?.versions, { 'stress-ng': '0.17.06 (host)' });
  const cache = await scratch(t);
  const packages = () => t.fail('fetched') as never;
  const userland = await prepareUserland({
    programs: wanted,
    suite: 'trixie',
    cache,
    packages,
    host: async () => host,
  });
  t.ok((await namesIn(userland.path)).includes('usr/lib64/ld-linux-x86-64.so.2'));
  t.equal(await findHostPrograms(wanted, says('0.15.06')), undefined, 'too old');
  t.equal(await findHostPrograms(wanted, says('unknown')), undefined, 'no version');
  t.equal(await findHostPrograms(selectPrograms(table, []), says('1')), undefined, 'only modprobe: Debian');
  await rm(join(root, 'usr/bin/kmod'));
  t.equal(await findHostPrograms(wanted, says('0.17.06')), undefined, 'no mixture');
});

/** A kernel whose channel is a module or built in, with files for the modules of the fixture. */
async function fakeKernel(folder: string, channel: 'builtin' | 'absent'): Promise<KernelArtifact> {
  const modules = join(folder, 'lists');
  await cp(projectPath('test', 'fixtures', 'modules', '6.12.95'), modules, { recursive: true });
  const dependencies = await readFile(join(modules, 'modules.dep'), 'utf8');
  for (const line of dependencies.trimEnd().split('\n')) {
    const path = join(modules, line.split(':')[0]!);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, line);
  }
  if (channel === 'absent') await writeFile(join(modules, 'modules.builtin'), '');
  return { key: 'k', folder, release: '6.12.95', image: 'i', modules, objectDigest: 'd', origin: 'a test' };
}

t.test('an image is the same twice from empty caches, and tells the agent what to load', async t => {
  const folder = await scratch(t);
  const agent = join(folder, 'agent');
  await writeFile(agent, 'the agent');
  const kernel = await fakeKernel(folder, 'builtin');
  const workload: ImageOptions['workload'] = {
    programs: ['stress-ng'],
    modules: ['xfs'],
    preload: [],
    preloadDependencies: true,
    run: ['stress-ng', '--module', '4'],
    results: [{ file: '/run/stress-ng.yaml' }],
  };
  const build = async (compression: 'none' | 'xz') => {
    const cache = await scratch(t);
    const { source } = fakeDebian(cache);
    return buildImage({
      kernel,
      compression,
      workload,
      agent,
      cache,
      packages: () => source,
      require: ['module_stats'],
    });
  };
  const [first, second, third] = [await build('none'), await build('none'), await build('xz')];
  const bytes = await readFile(first.path);
  t.equal(first.key, second.key);
  t.ok(bytes.equals(await readFile(second.path)), 'bit for bit');
  t.equal(first.bytes, bytes.length);
  t.not(third.key, first.key, 'compression is part of the key');
  const text = bytes.toString('latin1');
  const config = text.slice(text.indexOf('version=1\n'), text.indexOf('result=/run/stress-ng.yaml\n'));
  const loaded = config.split('\n').filter(line => line.startsWith('load='));
  t.strictSame(
    [...loaded].sort(),
    ['crypto', 'crypto_algapi', 'crypto_hash', 'exportfs', 'libcrc32c'].map(name => `load=${name}`),
  );
  t.notMatch(config, /load=xfs|load=crc32c_generic|vcpus=/, 'not the module itself, and no soft dependency');
  t.match(text, /kernel\/crypto\/crc32c_generic\.ko/, 'the soft dependency is there for modprobe');
  t.match((await readFile(third.path)).toString('latin1'), /xfs\.ko\.xz/);
});

t.test('a kernel without a channel is refused', async t => {
  const folder = await scratch(t);
  await writeFile(join(folder, 'agent'), '');
  const kernel = await fakeKernel(folder, 'absent');
  const { source } = fakeDebian(folder);
  const workload = {
    programs: [],
    modules: [],
    preload: [],
    preloadDependencies: false,
    run: ['true'],
    results: [],
  };
  const options = {
    kernel,
    compression: 'none' as const,
    workload,
    agent: join(folder, 'agent'),
    cache: folder,
    packages: () => source,
  };
  await t.rejects(buildImage(options), { code: 'KERNEL_WITHOUT_CHANNEL' });
});
