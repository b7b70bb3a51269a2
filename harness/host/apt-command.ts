import { join } from 'node:path';
import { withFileLock } from '../files/lock.ts';
import { type ProgramOptions, type ProgramResult, runProgram } from '../process/program.ts';
import type { StepSink } from '../step.ts';

/** Options for running apt. */
export interface AptCommandOptions {
  signal?: AbortSignal | undefined;
  sink?: StepSink | undefined;
  run?: typeof runProgram | undefined;
}

/** Runs apt on a separate folder with its own sources, lists, caches and package state. */
export class AptCommand {
  readonly folder: string;
  readonly #options: AptCommandOptions;

  constructor(folder: string, options: AptCommandOptions) {
    this.folder = folder;
    this.#options = options;
  }

  /** Runs `apt-get` or `apt-cache` with the host's proxy settings, but no other host configuration. */
  apt(
    program: 'apt-get' | 'apt-cache',
    args: readonly string[],
    options: ProgramOptions = {},
  ): Promise<ProgramResult> {
    const settings = {
      'Dir::Etc::sourcelist': join(this.folder, 'sources.list'),
      'Dir::Etc::sourceparts': '/dev/null',
      'Dir::Etc::preferences': '/dev/null',
      'Dir::Etc::preferencesparts': '/dev/null',
      'Dir::State::lists': join(this.folder, 'lists'),
      'Dir::State::status': join(this.folder, 'status'),
      'Dir::State::extended_states': join(this.folder, 'extended_states'),
      'Dir::Cache': join(this.folder, 'cache'),
      // Debian container images (docker-clean) clear these settings, and every call would rebuild its index.
      'Dir::Cache::pkgcache': 'pkgcache.bin',
      'Dir::Cache::srcpkgcache': 'srcpkgcache.bin',
      'APT::Architecture': 'amd64',
      'APT::Default-Release': '',
      'Acquire::Languages': 'none',
      'Acquire::Retries': '3',
      // The user _apt may not read a cache below /root; apt warns and drops its sandbox anyway.
      'APT::Sandbox::User': 'root',
    };
    const words = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    return this.run(program, [...words, ...args], options);
  }

  /** Runs a Debian program in the C locale. The signal ends it. */
  run(program: string, args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
    const { signal, run = runProgram } = this.#options;
    return run(program, args, { environment: { LC_ALL: 'C.UTF-8' }, signal, ...options });
  }

  /** Reports progress of fetching packages. */
  report(detail: string): void {
    this.#options.sink?.({ step: 'packages', title: 'Packages', detail });
  }

  /** Only one process at a time may change the folder. */
  locked<Result>(purpose: string, work: () => Promise<Result>): Promise<Result> {
    const { signal } = this.#options;
    const lock = { purpose, signal, onWait: (notice: string) => this.report(notice) };
    return withFileLock(join(this.folder, 'lock'), lock, work);
  }
}
