import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import { readableText } from '../files/existing.ts';
import { freeBytes } from '../files/free-space.ts';
import { runProgram } from '../process/program.ts';
import { cacheFolder } from '../project.ts';
import { parseOsRelease } from './debian-mirror.ts';
import { type KvmNote, readKvmNote } from './kvm-note.ts';
import {
  type HostNeed,
  hostNeeds,
  installCommand,
  type PackageManager,
  packageManagerOf,
  packagesFor,
} from './packages.ts';

/** A need and what the host has for it. */
export interface HostTool {
  need: HostNeed;
  /** Path of the program or file; undefined if it is missing. */
  path?: string | undefined;
  version?: string | undefined;
  /** Command that installs it, if it is missing and the package manager is known. */
  cure?: string | undefined;
}

/** What this host has and lacks. Sizes in bytes. */
export interface HostReport {
  /** `Debian GNU/Linux 12 (bookworm)`. */
  system: string;
  manager: PackageManager | undefined;
  isRoot: boolean;
  accelerator: {
    device: 'usable' | 'missing' | 'forbidden' | 'broken';
    /** The result of opening /dev/kvm, as a sentence. */
    detail: string;
    cure?: string | undefined;
    /** The last smoke boot, which is the only proof. */
    proof?: KvmNote | undefined;
  };
  tools: HostTool[];
  cache: { folder: string; freeBytes: number };
  memory: { totalBytes: number; freeBytes: number };
  cores: number;
  /** Mean number of runnable processes in the last minute. */
  load: number;
  /** Shortages that do not prevent a run: little disk space, little memory. */
  warnings: string[];
  /** One command for everything that is missing; undefined if nothing is, or the package manager is unknown. */
  cure?: string | undefined;
}

/** Access to the host; replaced in tests. */
export interface HostProbe {
  environment: NodeJS.ProcessEnv;
  isRoot: boolean;
  /** Text of a file, undefined if it does not exist. */
  readText(path: string): Promise<string | undefined>;
  /** Path of a program that may be executed. */
  findProgram(name: string): string | undefined;
  /** First existing path of a pattern in which `*` stands for one folder. */
  findFile(pattern: string): string | undefined;
  /** First line that `PROGRAM --version` prints. */
  version(program: string): Promise<string | undefined>;
  /** Opens /dev/kvm; rejects with the errno. */
  openKvm(): Promise<void>;
  /** Free bytes where a folder is or will be created. */
  freeBytes(folder: string): Promise<number>;
  memory(): { totalBytes: number; freeBytes: number };
  cores(): number;
  load(): number;
}

/** Enough for a Debian kernel source, its build tree and artifacts for two configs. */
const wantedDiskBytes = 10 * 1024 ** 3;
const wantedMemoryBytes = 3 * 1024 ** 3;
const administratorFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/**
 * Inspects the host without changing anything, in well under a second.
 * @param forTests also check what only modstorm's own tests need
 */
export async function inspectHost(probe: HostProbe = realHost(), forTests = false): Promise<HostReport> {
  const osRelease = parseOsRelease((await probe.readText('/etc/os-release')) ?? '');
  const manager = packageManagerOf(osRelease);
  const tools = await Promise.all(
    hostNeeds.filter(need => forTests || !need.testsOnly).map(need => inspectNeed(probe, need, manager)),
  );
  const missing = tools.filter(tool => tool.path === undefined).map(tool => tool.need);
  const folder = cacheFolder(probe.environment);
  const cache = { folder, freeBytes: await probe.freeBytes(folder) };
  const memory = probe.memory();
  return {
    system: osRelease['PRETTY_NAME'] ?? 'an unknown system',
    manager,
    isRoot: probe.isRoot,
    accelerator: await inspectAccelerator(probe, folder),
    tools,
    cache,
    memory,
    cores: probe.cores(),
    load: probe.load(),
    warnings: warningsOf(cache.freeBytes, memory.freeBytes, folder),
    cure:
      missing.length > 0 && manager
        ? installCommand(manager, packagesFor(missing, manager), probe.isRoot)
        : undefined,
  };
}

async function inspectNeed(
  probe: HostProbe,
  need: HostNeed,
  manager: PackageManager | undefined,
): Promise<HostTool> {
  const path =
    first(need.programs, name => probe.findProgram(name)) ??
    first(need.files, pattern => probe.findFile(pattern));
  if (path === undefined) {
    return { need, cure: manager && installCommand(manager, need.packages[manager], probe.isRoot) };
  }
  // Only these two versions matter, and every program start costs milliseconds.
  const version = ['qemu', 'gcc'].includes(need.name) ? await probe.version(path) : undefined;
  return { need, path, version };
}

async function inspectAccelerator(probe: HostProbe, cache: string): Promise<HostReport['accelerator']> {
  const proof = await readKvmNote(cache, probe.readText);
  const known = proof && { proof };
  try {
    await probe.openKvm();
    return { device: 'usable', detail: '/dev/kvm opens', ...known };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      return {
        device: 'missing',
        detail: 'there is no /dev/kvm',
        cure: 'modprobe kvm_intel || modprobe kvm_amd   # enable virtualisation in the firmware; in Docker: run --device /dev/kvm',
      };
    }
    if (code === 'EACCES' || code === 'EPERM') {
      return {
        device: 'forbidden',
        detail: `no permission to open /dev/kvm (${code})`,
        cure: 'sudo usermod -aG kvm "$USER"   # then log in again',
      };
    }
    return { device: 'broken', detail: `/dev/kvm cannot be opened (${code ?? String(error)})` };
  }
}

function warningsOf(freeDisk: number, freeMemory: number, folder: string): string[] {
  const warnings: string[] = [];
  const gib = (bytes: number) => (bytes / 1024 ** 3).toFixed(1);
  if (freeDisk < wantedDiskBytes) {
    warnings.push(
      `${folder} has ${gib(freeDisk)} GiB free; kernels and images need about 10 GiB (MODSTORM_CACHE sets another folder)`,
    );
  }
  if (freeMemory < wantedMemoryBytes) {
    warnings.push(
      `${gib(freeMemory)} GiB of memory are free; two small guests and a kernel build need about 3 GiB`,
    );
  }
  return warnings;
}

function first<Input, Output>(
  items: readonly Input[] | undefined,
  find: (item: Input) => Output | undefined,
): Output | undefined {
  for (const item of items ?? []) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The host that modstorm runs on. */
export function realHost(environment: NodeJS.ProcessEnv = process.env): HostProbe {
  const folders = [...(environment['PATH'] ?? '').split(delimiter).filter(Boolean), ...administratorFolders];
  return {
    environment,
    isRoot: process.getuid?.() === 0,
    readText: readableText,
    findProgram: name => folders.map(folder => join(folder, name)).find(isExecutable),
    findFile: expandPattern,
    async version(program) {
      const { stdout } = await runProgram(program, ['--version'], { accept: 'any', timeoutNs: 5e9 });
      return stdout.split('\n')[0] || undefined;
    },
    async openKvm() {
      await (await open('/dev/kvm', constants.O_RDWR)).close();
    },
    freeBytes,
    memory: () => ({ totalBytes: totalmem(), freeBytes: freemem() }),
    cores: availableParallelism,
    // biome-ignore lint/style/noNonNullAssertion: loadavg() always gives three numbers
    load: () => loadavg()[0]!,
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Whatever the errno, it cannot be executed.
    return false;
  }
}

function expandPattern(pattern: string): string | undefined {
  const star = pattern.indexOf('/*/');
  if (star < 0) return existsSync(pattern) ? pattern : undefined;
  const parent = pattern.slice(0, star);
  if (!existsSync(parent)) return undefined;
  return readdirSync(parent)
    .sort()
    .map(name => join(parent, name, pattern.slice(star + 3)))
    .find(path => existsSync(path));
}
