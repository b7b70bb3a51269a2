import { basename, join } from 'node:path';
import { UsageError } from '../errors.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { suggest } from '../matrix/source/nearest.ts';

/** A module in a /lib/modules/<release> folder, as listed by depmod. */
export interface KernelModule {
  /** Name as in /proc/modules, with `_` for `-`. */
  name: string;
  /** Path relative to the folder: `kernel/fs/xfs/xfs.ko.zst`. */
  path: string;
  /** Direct and indirect dependencies, in the order of modules.dep: the last one is loaded first. */
  dependencies: string[];
  /** Position in modules.dep, used as the priority in indexes. */
  order: number;
}

/** The lists of a /lib/modules/<release> folder. */
export interface ModuleFolder {
  folder: string;
  modules: Map<string, KernelModule>;
  /** Names of built-in modules. */
  builtin: Set<string>;
  /** Modules to load before a module (`pre`), by name; may be aliases. modules.softdep. */
  softDependencies: Map<string, string[]>;
  /** `[alias, module]`, as in modules.alias. */
  aliases: [alias: string, module: string][];
  /** `[symbol:NAME, module]`, as in modules.symbols. */
  symbols: [alias: string, module: string][];
}

const fileEnding = /\.ko(\.(gz|xz|zst))?$/;

/** The kernel's name of a module: without folder and extension, with `_` for `-`. */
export function moduleName(pathOrName: string): string {
  return basename(pathOrName).replace(fileEnding, '').replaceAll('-', '_');
}

/**
 * Reads modules.dep, .softdep, .builtin, .alias and .symbols of a folder.
 * @throws UsageError MODULES_UNREADABLE if modules.dep does not exist
 */
export async function readModuleFolder(folder: string): Promise<ModuleFolder> {
  const text = (name: string) => readOptional(join(folder, name));
  const dependencies = await text('modules.dep');
  if (dependencies === undefined) {
    throw new UsageError('MODULES_UNREADABLE', `${folder} has no modules.dep`, {
      hint: 'Give the folder /lib/modules/RELEASE of the kernel; `depmod -b ROOT RELEASE` creates modules.dep.',
    });
  }
  return {
    folder,
    modules: parseDependencies(dependencies),
    builtin: new Set(linesOf(await text('modules.builtin')).map(moduleName)),
    softDependencies: parseSoftDependencies((await text('modules.softdep')) ?? ''),
    aliases: parseAliases(await text('modules.alias')),
    symbols: parseAliases(await text('modules.symbols')),
  };
}

/**
 * The modules that `names` need in order to load, including themselves, in a valid load order. Built-in modules are left
 * out.
 * @param soft include soft dependencies: they must be in the image, but modprobe does not mind if loading one fails (such
 *   as crc32c_intel on a CPU without SSE4.2)
 * @throws UsageError MODULE_UNKNOWN for a name that is neither a module nor built in
 */
export function moduleClosure(
  folder: ModuleFolder,
  names: readonly string[],
  soft: 'with-soft' | 'hard-only' = 'with-soft',
): KernelModule[] {
  const closed = new Map<string, KernelModule>();
  const visiting = new Set<string>();
  const visit = (module: KernelModule) => {
    if (visiting.has(module.name)) return;
    visiting.add(module.name);
    if (soft === 'with-soft') for (const found of softDependencies(folder, module)) visit(found);
    // biome-ignore lint/style/noNonNullAssertion: parseDependencies rejects dependencies on missing modules
    for (const dependency of module.dependencies.toReversed()) visit(folder.modules.get(dependency)!);
    closed.set(module.name, module);
  };
  for (const name of names) {
    const module = folder.modules.get(moduleName(name));
    if (module) visit(module);
    else if (!folder.builtin.has(moduleName(name))) throw unknownModule(folder, name);
  }
  return [...closed.values()];
}

/** Whether a module is built into the kernel image, so that nothing is loaded. */
export function isBuiltin(folder: ModuleFolder, name: string): boolean {
  return folder.builtin.has(moduleName(name)) && !folder.modules.has(moduleName(name));
}

function softDependencies(folder: ModuleFolder, module: KernelModule): KernelModule[] {
  return (folder.softDependencies.get(module.name) ?? []).flatMap(name => findSoft(folder, name));
}

/** A soft dependency is a module or an alias (`crc32c`). As for modprobe, a missing one is not an error. */
function findSoft(folder: ModuleFolder, name: string): KernelModule[] {
  const direct = folder.modules.get(moduleName(name));
  if (direct) return [direct];
  const wanted = name.replaceAll('-', '_');
  return folder.aliases
    .filter(([alias]) => alias.replaceAll('-', '_') === wanted)
    .flatMap(([, module]) => folder.modules.get(moduleName(module)) ?? []);
}

function parseDependencies(text: string): Map<string, KernelModule> {
  const modules = new Map<string, KernelModule>();
  for (const [order, line] of linesOf(text).entries()) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const path = line.slice(0, colon);
    const dependencies = line
      .slice(colon + 1)
      .split(' ')
      .filter(Boolean)
      .map(moduleName);
    modules.set(moduleName(path), { name: moduleName(path), path, dependencies, order });
  }
  for (const module of modules.values()) {
    for (const dependency of module.dependencies) {
      if (!modules.has(dependency)) {
        throw new UsageError(
          'MODULES_UNREADABLE',
          `modules.dep: ${module.path} needs ${dependency}, which is not listed`,
          {
            hint: 'Run depmod again for this kernel.',
          },
        );
      }
    }
  }
  return modules;
}

/** Lines `softdep NAME pre: A B post: C`. `post` is irrelevant to the load order. */
function parseSoftDependencies(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const line of linesOf(text)) {
    const [keyword, name, ...words] = line.split(/\s+/);
    if (keyword !== 'softdep' || name === undefined) continue;
    const list = found.get(moduleName(name)) ?? [];
    let kind = '';
    for (const word of words) {
      if (word === 'pre:' || word === 'post:') kind = word;
      else if (kind === 'pre:') list.push(word);
    }
    found.set(moduleName(name), list);
  }
  return found;
}

/** Lines `alias PATTERN MODULE`; the pattern may hold blanks inside brackets, the module never. */
function parseAliases(text: string | undefined): [string, string][] {
  return linesOf(text).flatMap(line => {
    const last = line.lastIndexOf(' ');
    return line.startsWith('alias ') && last > 6
      ? [[line.slice(6, last), line.slice(last + 1)] as [string, string]]
      : [];
  });
}

function linesOf(text: string | undefined): string[] {
  return (text ?? '').split('\n').filter(line => line !== '' && !line.startsWith('#'));
}

/** Modules that modstorm builds for each of its own kernels (harness/kernel/extra-modules.ts). */
const ownModules = ['modstorm_fail', 'test_kmod'];

function unknownModule(folder: ModuleFolder, name: string): UsageError {
  const close = suggest(moduleName(name), [...folder.modules.keys(), ...folder.builtin]);
  return new UsageError(
    'MODULE_UNKNOWN',
    `this kernel has no module ${JSON.stringify(name)}, neither as a file nor built in`,
    {
      hint: ownModules.includes(moduleName(name))
        ? `Kernels built by modstorm have it, but this one is prebuilt. Use another module or workload. Searched ${folder.folder}.`
        : `${close} To enable it, set its option to m in a fragment of guests/kernel/ (or one named under \`configs:\` in the matrix) and name the fragment in the config axis. Searched ${folder.folder}.`,
    },
  );
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readRegularFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
