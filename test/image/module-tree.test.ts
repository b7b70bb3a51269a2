import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import t from 'tap';
import type { UsageError } from '../../harness/errors.ts';
import { isBuiltin, moduleClosure, moduleName, readModuleFolder } from '../../harness/image/module-folder.ts';
import { moduleLists, moduleTree } from '../../harness/image/module-tree.ts';
import { runProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';

/** Lists of a real Linux 6.12.95 with xfs and its dependencies, and what depmod 30 made of them. */
const fixture = projectPath('test', 'fixtures', 'modules', '6.12.95');

/** The part of a test that is used here. */
interface Teardown {
  teardown(undo: () => unknown): void;
}

/** A copy of the fixture with a .ko file for each line of modules.dep. */
async function folderWithFiles(t: Teardown, ending = ''): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'modstorm-modules-test-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await cp(fixture, folder, { recursive: true });
  for (const module of (await readModuleFolder(folder)).modules.values()) {
    const path = join(folder, module.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `content of ${module.name}`.repeat(100));
    if (ending === '.xz') await runProgram('xz', [path]);
  }
  if (ending) {
    const text = await readFile(join(folder, 'modules.dep'), 'utf8');
    await writeFile(join(folder, 'modules.dep'), text.replaceAll('.ko', `.ko${ending}`));
  }
  return folder;
}

t.test('the closure of xfs is in an order in which it loads', async t => {
  const folder = await readModuleFolder(fixture);
  const names = moduleClosure(folder, ['xfs']).map(module => module.name);
  t.strictSame([...names].sort(), [
    'crc32c_generic',
    'crypto',
    'crypto_algapi',
    'crypto_hash',
    'exportfs',
    'libcrc32c',
    'xfs',
  ]);
  for (const [index, name] of names.entries()) {
    const needs = folder.modules.get(name)!.dependencies;
    t.ok(
      needs.every(need => names.indexOf(need) < index),
      `${name} comes after what it needs`,
    );
  }
  t.ok(
    names.indexOf('crc32c_generic') < names.indexOf('libcrc32c'),
    'a soft dependency, by alias, comes first',
  );
  t.strictSame(
    moduleClosure(folder, ['exportfs', 'exportfs']).map(module => module.name),
    ['exportfs'],
  );
});

t.test('names of modules', async t => {
  const folder = await readModuleFolder(fixture);
  t.equal(moduleName('kernel/arch/x86/crypto/aesni-intel.ko.zst'), 'aesni_intel');
  t.strictSame(
    moduleClosure(folder, ['crc32c-generic'])
      .map(module => module.name)
      .at(-1),
    'crc32c_generic',
  );
  t.strictSame(moduleClosure(folder, ['nls-base', 'configs']), [], 'built in: nothing to load');
  t.ok(isBuiltin(folder, 'nls_base'));
  t.notOk(isBuiltin(folder, 'xfs'));
});

t.test('a module that the kernel has not is refused, with the way out', async t => {
  const folder = await readModuleFolder(fixture);
  try {
    moduleClosure(folder, ['xsf']);
    t.fail('accepted');
  } catch (error) {
    const { code, message, hint } = error as UsageError;
    t.equal(code, 'MODULE_UNKNOWN');
    t.match(message, /"xsf"/);
    t.match(hint, /Did you mean "xfs"\?.*guests\/kernel/);
  }
  await t.rejects(readModuleFolder(join(fixture, 'nowhere')), { code: 'MODULES_UNREADABLE' });
});

t.test('the indexes are what depmod writes, byte for byte', async t => {
  const folder = await readModuleFolder(fixture);
  const modules = [...folder.modules.values()];
  const lists = new Map(moduleLists(folder, modules, new Map(modules.map(({ name, path }) => [name, path]))));
  for (const name of ['modules.dep', 'modules.dep.bin', 'modules.alias.bin', 'modules.symbols.bin']) {
    t.ok(lists.get(name)!.equals(await readFile(join(fixture, name))), name);
  }
});

t.test('a subset names nothing outside of it', async t => {
  const folder = await readModuleFolder(fixture);
  const modules = moduleClosure(folder, ['crypto_algapi']);
  const lists = new Map(
    moduleLists(folder, modules, new Map(modules.map(({ name, path }) => [name, `${path}.xz`]))),
  );
  t.equal(
    lists.get('modules.dep')!.toString(),
    'kernel/crypto/crypto.ko.xz:\nkernel/crypto/crypto_algapi.ko.xz: kernel/crypto/crypto.ko.xz\n',
  );
  t.equal(lists.get('modules.alias')!.toString(), '');
  t.notMatch(lists.get('modules.symbols.bin')!.toString('latin1'), /xfs|exportfs/);
});

t.test('modules are compressed as the cell says, dependencies stay as they are', async t => {
  const folder = await readModuleFolder(await folderWithFiles(t));
  const modules = moduleClosure(folder, ['xfs']);
  const plain = new Set(modules.map(({ name }) => name).filter(name => name !== 'xfs'));
  const build = (compression: 'none' | 'gzip' | 'xz' | 'zstd') =>
    moduleTree({ release: '6.12.95', folder, modules, compression, plain });
  const endings = { none: '', gzip: '.gz', xz: '.xz', zstd: '.zst' };
  for (const compression of ['none', 'gzip', 'xz', 'zstd'] as const) {
    const tree = await build(compression);
    const paths = tree.map(entry => entry.path);
    t.ok(paths.includes(`usr/lib/modules/6.12.95/kernel/fs/xfs/xfs.ko${endings[compression]}`), compression);
    t.ok(
      paths.includes('usr/lib/modules/6.12.95/kernel/fs/exportfs/exportfs.ko'),
      'a dependency is not compressed',
    );
    t.strictSame(await build(compression), tree, `${compression} is reproducible`);
    const xfs = tree.find(entry => entry.path.endsWith(`xfs.ko${endings[compression]}`));
    const content = xfs?.kind === 'file' ? Buffer.from(xfs.content) : Buffer.alloc(0);
    if (compression === 'gzip') t.match(gunzipSync(content).toString(), /^content of xfs/);
    // Byte 7 of an xz stream: the kind of its check, 1 = CRC32, the only one the kernel can read besides none.
    if (compression === 'xz') t.equal(content[7], 1);
    if (compression === 'zstd') t.equal(content.readUInt32LE(0), 0xfd2fb528);
  }
});

t.test("a distribution's compressed modules are unpacked first", async t => {
  const folder = await readModuleFolder(await folderWithFiles(t, '.xz'));
  const modules = moduleClosure(folder, ['exportfs']);
  const tree = await moduleTree({ release: '1', folder, modules, compression: 'none', plain: new Set() });
  const file = tree.find(entry => entry.path === 'usr/lib/modules/1/kernel/fs/exportfs/exportfs.ko');
  t.match(file?.kind === 'file' ? Buffer.from(file.content).toString() : '', /^content of exportfs/);
});
