import { type ProgramOptions, type ProgramResult, runProgram } from '../../process/program.ts';

/** Runs git; replaced in tests. */
export interface GitOptions {
  run?: typeof runProgram | undefined;
  signal?: AbortSignal | undefined;
}

/** A git repository, given by the arguments that select it: `-C FOLDER` or `--git-dir=FOLDER`. */
export class Repository {
  readonly #place: readonly string[];
  readonly #options: GitOptions;

  constructor(place: readonly string[], options: GitOptions) {
    this.#place = place;
    this.#options = options;
  }

  /**
   * Standard output of a git command, without the trailing newline.
   * @throws InfrastructureError PROGRAM_FAILED with git's message
   */
  async git(words: readonly string[], options: ProgramOptions = {}): Promise<string> {
    return (await this.try(words, { accept: [0], ...options })).stdout.trimEnd();
  }

  /** The exit code of a git command. */
  try(words: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
    const { run = runProgram, signal } = this.#options;
    return run('git', [...this.#place, ...words], {
      accept: 'any',
      signal,
      ...options,
      // Reading must not write to the repository, not even to its index.
      environment: { LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', ...options.environment },
    });
  }
}
