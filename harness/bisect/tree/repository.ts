import { type ProgramOptions, type ProgramResult, runProgram } from '../../process/program.ts';

/** How git is run; replaced in tests. */
export interface GitOptions {
  run?: typeof runProgram | undefined;
  signal?: AbortSignal | undefined;
}

/** A git repository, by the arguments that lead to it: `-C FOLDER` or `--git-dir=FOLDER`. */
export class Repository {
  readonly #place: readonly string[];
  readonly #options: GitOptions;

  constructor(place: readonly string[], options: GitOptions) {
    this.#place = place;
    this.#options = options;
  }

  /**
   * Standard output of a git command, without the last newline.
   * @throws InfrastructureError PROGRAM_FAILED with git's own words
   */
  async git(words: readonly string[], options: ProgramOptions = {}): Promise<string> {
    return (await this.try(words, { accept: [0], ...options })).stdout.trimEnd();
  }

  /** A git command whose exit code is its answer. */
  try(words: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
    const { run = runProgram, signal } = this.#options;
    return run('git', [...this.#place, ...words], {
      accept: 'any',
      signal,
      ...options,
      // A repository that is only looked at must not be written to, not even its index.
      environment: { LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', ...options.environment },
    });
  }
}
