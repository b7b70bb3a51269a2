import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram } from '../../harness/process/program.ts';
import { cacheFolder, projectPath } from '../../harness/project.ts';
import type { Answer } from './answer.ts';

const main = projectPath('build', 'harness', 'main.js');
/** Nothing here takes longer; what does hangs, which is the worst of answers. */
const patienceNs = 120e9;

/** How a command of modstorm is run. */
export interface CommandOptions {
  environment?: Record<string, string> | undefined;
  folder?: string | undefined;
  /** Words in front of it: `sh`, `-c`, `ulimit …`. */
  before?: readonly string[] | undefined;
  /** Default: two minutes. */
  patienceNs?: number | undefined;
  /** Called with the pid when a text has come; default: when it was started. */
  during?: { after?: RegExp; act: (pid: number) => unknown } | undefined;
}

/** A folder in which faults are brought about, away from the runs and the temporary files of the user. */
export class Lab {
  readonly folder = mkdtempSync(join(tmpdir(), 'faults-'));
  readonly temporary = join(this.folder, 'tmp');
  /** A run that is whole, which nobody changes; faults work on copies. */
  readonly good = join(this.folder, 'good');
  #copies = 0;

  constructor() {
    mkdirSync(this.temporary);
  }

  /** Path in the lab. */
  at(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** A new empty folder. */
  empty(): string {
    const path = this.at(`case-${++this.#copies}`);
    mkdirSync(path);
    return path;
  }

  /** A copy of the results folder with the good run; the path of the results, and of the run in it. */
  copy(): { results: string; run: string } {
    const results = this.at(`case-${++this.#copies}`);
    cpSync(this.good, results, { recursive: true });
    const [name] = readdirSync(results).filter(entry => entry.endsWith('Z-smoke') || /Z-smoke-/.test(entry));
    if (name === undefined) throw new Error('the lab has no good run');
    return { results, run: join(results, name) };
  }

  /** A copy of those parts of the cache from which a run of smoke.yaml needs nothing but an image. */
  copyCache(): string {
    const path = this.at(`cache-${++this.#copies}`);
    const from = cacheFolder();
    // What others are making just now is none of ours.
    const filter = (source: string) => !/\.draft-|\.lock$|\.takeover$/.test(source);
    for (const part of ['guest-programs', 'userland', 'kernel/artifacts'])
      cpSync(join(from, part), join(path, part), { recursive: true, preserveTimestamps: true, filter });
    mkdirSync(join(path, 'kernel/sources'));
    for (const name of readdirSync(join(from, 'kernel/sources')).filter(entry => entry.endsWith('.json')))
      cpSync(join(from, 'kernel/sources', name), join(path, 'kernel/sources', name));
    return path;
  }

  /** Runs a program of the host for a set-up. @throws Error when it fails */
  host(file: string, ...words: string[]): void {
    const { status, stderr } = spawnSync(file, words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${file} ${words.join(' ')}: ${stderr}`);
  }

  /** Does something while a folder can only be read, also by root. Only root can do that. */
  async readOnly<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
    this.host('mount', '--bind', folder, folder);
    this.host('mount', '-o', 'remount,ro,bind', folder);
    try {
      return await work();
    } finally {
      this.host('umount', folder);
    }
  }

  /** Runs a command of modstorm to its end. */
  async modstorm(words: readonly string[], options: CommandOptions = {}): Promise<Answer> {
    const [file = process.execPath, ...rest] = [...(options.before ?? []), process.execPath, main, ...words];
    let pending = options.during;
    const program = startProgram(file, rest, {
      folder: options.folder ?? this.folder,
      environment: { TMPDIR: this.temporary, ...options.environment },
      timeoutNs: options.patienceNs ?? patienceNs,
      graceNs: 1e9,
      onLine: line => {
        if (!pending?.after?.test(line)) return;
        pending.act(program.pid);
        pending = undefined;
      },
    });
    if (pending && pending.after === undefined) pending.act(program.pid);
    const { code, stdout, stderr, durationNs, ended } = await program.done;
    const answer = { exit: code, stdout, stderr, seconds: durationNs / 1e9 };
    return ended === 'timeout' ? { ...answer, stderr: `${stderr}\nIT HUNG\n` } : answer;
  }

  /** A run of smoke.yaml under emulation. */
  smoke(results: string, options: CommandOptions & { words?: readonly string[] } = {}): Promise<Answer> {
    const words = ['run', 'smoke', '--accel', 'tcg', `--results=${results}`, ...(options.words ?? [])];
    return this.modstorm(words, options);
  }

  /** What is left of a fault: guests and other programs, temporary folders, locks, half-written files. */
  leftovers(): string[] {
    const found = readdirSync(this.temporary).map(name => `tmp/${name}`);
    for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
      if (Number(pid) !== process.pid && commandOf(pid).includes(this.folder))
        found.push(`process ${commandOf(pid)}`);
    }
    for (const name of readdirSync(this.folder, { recursive: true, encoding: 'utf8' })) {
      if (/\.(lock|takeover|tmp)$|\.draft-/.test(name)) found.push(name);
    }
    return found;
  }

  /** Clears what a fault left, for the next one. */
  clear(): void {
    for (const name of readdirSync(this.temporary)) rmSync(join(this.temporary, name), { recursive: true });
    for (const name of readdirSync(this.folder)) {
      const path = this.at(name);
      if (path === this.temporary || path === this.good) continue;
      spawnSync('umount', [path]);
      spawnSync('chmod', ['-R', 'u+rwX', path]);
      rmSync(path, { recursive: true, force: true });
    }
  }

  /** Removes the lab. */
  remove(): void {
    this.clear();
    if (existsSync(this.folder)) rmSync(this.folder, { recursive: true });
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    // It ended meanwhile.
    return '';
  }
}
