import { join } from 'node:path';
import { withFileLock } from '../files/lock.ts';
import { type ProgramOptions, type ProgramResult, runProgram } from '../process/program.ts';
import type { StepSink } from '../step.ts';

/** What running apt depends on. */
export interface AptCommandOptions {
  signal?: AbortSignal | undefined;
  sink?: StepSink | undefined;
  run?: typeof runProgram | undefined;
}

/** Runs apt on a folder of our own, which holds its sources, lists, caches and package state. */
export class AptCommand {
  readonly folder: string;
  readonly #options: AptCommandOptions;

  constructor(folder: string, options: AptCommandOptions) {
    this.folder = folder;
    this.#options = options;
  }

  /** `apt-get` or `apt-cache` with the host's proxy settings, and nothing else of the host. */
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
      // Images of Debian for containers (docker-clean) empty these names, and every call would build its index anew.
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

  /** A program of Debian in the C locale, ended by the signal. */
  run(program: string, args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
    const { signal, run = runProgram } = this.#options;
    return run(program, args, { environment: { LC_ALL: 'C.UTF-8' }, signal, ...options });
  }

  /** Tells the progress of fetching packages. */
  report(detail: string): void {
    this.#options.sink?.({ step: 'packages', title: 'Packages', detail });
  }

  /** One process at a time changes the folder. */
  locked<Result>(purpose: string, work: () => Promise<Result>): Promise<Result> {
    const { signal } = this.#options;
    const lock = { purpose, signal, onWait: (notice: string) => this.report(notice) };
    return withFileLock(join(this.folder, 'lock'), lock, work);
  }
}
