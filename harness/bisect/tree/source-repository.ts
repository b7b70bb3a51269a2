import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BuildError, UsageError } from '../../errors.ts';
import { type CachePlace, markUsed } from '../../files/content-cache.ts';
import { readRegularFile } from '../../files/regular-file.ts';
import { makeTemporaryFolder } from '../../files/temporary-folder.ts';
import type { KernelTree } from './kernel-tree.ts';
import { type GitOptions, Repository } from './repository.ts';

/** Repositories in the cache, one per bisected tree: they use its objects as alternates and contain the created sources. */
export const bisectPlace: CachePlace = { name: 'bisected trees', folder: 'bisect' };

/** A patch that some commits need in order to build or boot. */
export interface Fixup {
  path: string;
  text: string;
}

/** A source to build. */
export interface SourceRequest {
  commit: string;
  /** A commit to revert. */
  without?: string | undefined;
}

/** Created commits have a fixed author and date, so that equal sources are equal commits. */
const identity = {
  GIT_AUTHOR_NAME: 'modstorm',
  GIT_AUTHOR_EMAIL: 'modstorm@localhost',
  GIT_AUTHOR_DATE: '1970-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'modstorm',
  GIT_COMMITTER_EMAIL: 'modstorm@localhost',
  GIT_COMMITTER_DATE: '1970-01-01T00:00:00Z',
};

/**
 * The repository for the sources of a bisection: a bare repository in the cache. Commits of the user's tree are accessible
 * through it. Sources that do not exist there, with a reverted culprit or with fixups, become commits here. Nothing is
 * written to the user's repository: no objects, no worktree, no lock.
 */
export class SourceRepository {
  /** Folder of the repository. */
  readonly path: string;
  readonly #repository: Repository;
  readonly #fixups: readonly Fixup[];

  private constructor(path: string, repository: Repository, fixups: readonly Fixup[]) {
    this.path = path;
    this.#repository = repository;
    this.#fixups = fixups;
  }

  /** @param cache modstorm's cache folder */
  static async open(
    tree: KernelTree,
    fixups: readonly Fixup[],
    cache: string,
    options: GitOptions = {},
  ): Promise<SourceRepository> {
    const objects = await tree.objectFolder();
    const name = createHash('sha256').update(objects).digest('hex').slice(0, 12);
    const path = join(cache, bisectPlace.folder, `${name}.git`);
    await mkdir(path, { recursive: true });
    const repository = new Repository([`--git-dir=${path}`], options);
    await repository.git(['init', '--bare', '--quiet', path]);
    await writeFile(join(path, 'objects', 'info', 'alternates'), `${objects}\n`);
    await markUsed(path);
    return new SourceRepository(path, repository, fixups);
  }

  /**
   * The revision to build for a source. Fixups are applied on top; a fixup that does not apply is assumed not to be needed.
   * @throws BuildError KERNEL_REVERT_CONFLICT if the commit cannot be reverted
   */
  async revisionOf({ commit, without }: SourceRequest): Promise<string> {
    let revision = without === undefined ? commit : await this.#revert(commit, without);
    for (const fixup of this.#fixups) revision = (await this.#apply(revision, fixup)) ?? revision;
    return revision;
  }

  /** Reverts a commit by a three-way merge with the culprit as base: the commit on one side, the culprit's parent on the other. */
  async #revert(commit: string, culprit: string): Promise<string> {
    const base = await this.#commitTree(`${culprit}^{tree}`, []);
    const ours = await this.#commitTree(`${commit}^{tree}`, [base]);
    const theirs = await this.#commitTree(`${culprit}^1^{tree}`, [base]);
    const merged = await this.#repository.try(['merge-tree', '--write-tree', '--name-only', ours, theirs]);
    const [tree = '', ...files] = merged.stdout.split('\n');
    if (merged.code === 0) return this.#commitTree(tree, [commit]);
    const conflicts = files.slice(0, files.indexOf(''));
    throw new BuildError(
      'KERNEL_REVERT_CONFLICT',
      `${culprit.slice(0, 12)} does not revert cleanly: ${conflicts.slice(0, 4).join(', ') || 'git merge-tree failed'}`,
      { evidence: `${merged.stdout}${merged.stderr}`.trim() },
    );
  }

  /** The revision with a patch on top; undefined if it does not apply. */
  async #apply(revision: string, fixup: Fixup): Promise<string | undefined> {
    const folder = await makeTemporaryFolder('index');
    try {
      const environment = { GIT_INDEX_FILE: join(folder.path, 'index') };
      await this.#repository.git(['read-tree', revision], { environment });
      const applied = await this.#repository.try(['apply', '--cached', '-'], {
        environment,
        input: fixup.text,
      });
      if (applied.code !== 0) return undefined;
      const tree = await this.#repository.git(['write-tree'], { environment });
      return await this.#commitTree(tree, [revision]);
    } finally {
      await folder.remove();
    }
  }

  #commitTree(tree: string, parents: readonly string[]): Promise<string> {
    const words = [
      'commit-tree',
      tree,
      ...parents.flatMap(parent => ['-p', parent]),
      '-m',
      'modstorm bisect',
    ];
    return this.#repository.git(words, { environment: identity });
  }
}

/** Reads the patches of `--fixup`. @throws UsageError KERNEL_PATCH_UNREADABLE */
export async function readFixups(paths: readonly string[]): Promise<Fixup[]> {
  return Promise.all(
    paths.map(async path => {
      const text = await readRegularFile(path, 'utf8').catch(error => {
        throw new UsageError(
          'KERNEL_PATCH_UNREADABLE',
          `cannot read the patch ${basename(path)}: ${error.message}`,
          {
            hint: '--fixup takes a patch in the format of git format-patch or git diff.',
            cause: error,
          },
        );
      });
      return { path, text };
    }),
  );
}
