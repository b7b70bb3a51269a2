import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readRegularFile } from '../files/regular-file.ts';
import { makeTemporaryFolder } from '../files/temporary-folder.ts';
import type { Compression } from '../matrix/matrix.ts';
import { runProgram } from '../process/program.ts';
import type { CpioEntry } from './cpio.ts';
import type { KernelModule, ModuleFolder } from './module-folder.ts';
import { ModuleIndex } from './module-index.ts';

/** Which modules go into a guest, and how. */
export interface ModuleTreeOptions {
  /** As in `uname -r`. */
  release: string;
  folder: ModuleFolder;
  modules: readonly KernelModule[];
  /** Compression of all modules not named in `plain`. */
  compression: Compression;
  /** Names of modules that are never compressed, because their loading is not measured. */
  plain: ReadonlySet<string>;
  signal?: AbortSignal | undefined;
}

/** Programs that compress a file in place, with the flags of the kernel's scripts/Makefile.modinst. */
const compressors: Record<
  Exclude<Compression, 'none'>,
  { ending: string; program: string; args: string[] }
> = {
  gzip: { ending: '.gz', program: 'gzip', args: ['-n', '-f'] },
  // The kernel's xz only supports CRC32, and module decompression allows a dictionary of 1 MiB (kernel/module/decompress.c).
  xz: { ending: '.xz', program: 'xz', args: ['--check=crc32', '--lzma2=dict=1MiB', '-T1', '-f'] },
  zstd: { ending: '.zst', program: 'zstd', args: ['--rm', '-f', '-q'] },
};

const decompressors: Record<string, { program: string; args: string[] }> = {
  '.gz': { program: 'gzip', args: ['-d', '-f'] },
  '.xz': { program: 'xz', args: ['-d', '-f'] },
  '.zst': { program: 'zstd', args: ['-d', '--rm', '-f', '-q'] },
};

const copiedLists = [
  'modules.builtin',
  'modules.builtin.bin',
  'modules.builtin.alias.bin',
  'modules.builtin.modinfo',
];

/**
 * The folder /usr/lib/modules/<release> of a guest: the given modules, depmod's lists reduced to them, and the
 * binary indexes that modprobe reads.
 */
export async function moduleTree(options: ModuleTreeOptions): Promise<CpioEntry[]> {
  const root = `usr/lib/modules/${options.release}`;
  const paths = new Map<string, string>();
  const entries: CpioEntry[] = [{ kind: 'directory', path: root, mode: 0o755 }];
  await using scratch = await makeTemporaryFolder('modules');
  for (const module of options.modules) {
    const compression = options.plain.has(module.name) ? 'none' : options.compression;
    const file = await prepareModule(
      join(options.folder.folder, module.path),
      compression,
      scratch.path,
      options.signal,
    );
    const path = module.path.replace(/\.ko(\.(gz|xz|zst))?$/, `.ko${file.ending}`);
    paths.set(module.name, path);
    entries.push({ kind: 'file', path: `${root}/${path}`, mode: 0o644, content: file.content });
  }
  for (const [name, content] of moduleLists(options.folder, options.modules, paths)) {
    entries.push({ kind: 'file', path: `${root}/${name}`, mode: 0o644, content });
  }
  for (const name of copiedLists) {
    const content = await readOptional(join(options.folder.folder, name));
    if (content) entries.push({ kind: 'file', path: `${root}/${name}`, mode: 0o644, content });
  }
  return entries;
}

/**
 * depmod's lists and indexes for a subset of modules.
 * @param paths name of a module to its path in the guest
 */
export function moduleLists(
  folder: ModuleFolder,
  modules: readonly KernelModule[],
  paths: ReadonlyMap<string, string>,
): [name: string, content: Buffer][] {
  const inOrder = modules.toSorted((a, b) => a.order - b.order);
  const dependencies = new ModuleIndex();
  const lines = inOrder.map(module => {
    const line = `${paths.get(module.name)}:${module.dependencies.map(name => ` ${paths.get(name)}`).join('')}`;
    dependencies.add(module.name, line, module.order);
    return `${line}\n`;
  });
  const soft = inOrder.flatMap(({ name }) => {
    const names = folder.softDependencies.get(name);
    return names && names.length > 0 ? [`softdep ${name} pre: ${names.join(' ')}\n`] : [];
  });
  return [
    ['modules.dep', Buffer.from(lines.join(''))],
    ['modules.dep.bin', dependencies.encode()],
    ...aliasLists('modules.alias', folder.aliases, inOrder),
    ...aliasLists('modules.symbols', folder.symbols, inOrder),
    ['modules.softdep', Buffer.from(soft.join(''))],
  ];
}

function aliasLists(
  name: string,
  aliases: readonly [alias: string, module: string][],
  modules: readonly KernelModule[],
): [string, Buffer][] {
  const orders = new Map(modules.map(module => [module.name, module.order]));
  const kept: [alias: string, module: string][] = [];
  const index = new ModuleIndex();
  for (const [alias, module] of aliases) {
    const order = orders.get(module);
    if (order === undefined) continue;
    kept.push([alias, module]);
    index.add(normalizeAlias(alias), module, order);
  }
  return [
    [name, Buffer.from(kept.map(([alias, module]) => `alias ${alias} ${module}\n`).join(''))],
    [`${name}.bin`, index.encode()],
  ];
}

/** Like libkmod's alias_normalize: `-` becomes `_`, except in brackets, where it denotes a range. */
function normalizeAlias(alias: string): string {
  let inBrackets = false;
  return Array.from(alias, character => {
    if (character === '[') inBrackets = true;
    if (character === ']') inBrackets = false;
    return character === '-' && !inBrackets ? '_' : character;
  }).join('');
}

/** Recompresses a module file as requested. */
async function prepareModule(
  source: string,
  compression: Compression,
  scratch: string,
  signal: AbortSignal | undefined,
): Promise<{ content: Buffer; ending: string }> {
  const content = await readRegularFile(source);
  const before = /\.ko(\.[a-z]+)?$/.exec(source)?.[1];
  if (before === undefined && compression === 'none') return { content, ending: '' };
  const file = join(scratch, basename(source));
  await writeFile(file, content);
  const run = (tool: { program: string; args: string[] }, path: string) =>
    runProgram(tool.program, [...tool.args, '--', path], { signal });
  const plain = before === undefined ? file : file.slice(0, -before.length);
  // biome-ignore lint/style/noNonNullAssertion: a module folder only holds files with these extensions
  if (before !== undefined) await run(decompressors[before]!, file);
  if (compression === 'none') return { content: await readRegularFile(plain), ending: '' };
  const compressor = compressors[compression];
  await run(compressor, plain);
  return { content: await readRegularFile(plain + compressor.ending), ending: compressor.ending };
}

async function readOptional(path: string): Promise<Buffer | undefined> {
  try {
    return await readRegularFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
