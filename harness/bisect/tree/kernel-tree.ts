import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { UsageError } from '../../errors.ts';
import type { HistoryCommit } from '../search/history.ts';
import { type GitOptions, Repository } from './repository.ts';
import { historyOf } from './rev-list.ts';

/** The part of the history to search. */
export interface RangeOptions {
  /** Hashes of the ends. */
  good: string;
  bad: string;
  firstParent: boolean;
  /** Only commits that touch these paths are candidates; all when empty. */
  paths: readonly string[];
}

/** The details of a commit for reports. */
export interface CommitFacts {
  id: string;
  /** `v6.12-123-g0123456789ab`, or twelve digits of the hash if there is no tag. */
  name: string;
  subject: string;
  /** `Name <address>`. */
  author: string;
  /** ISO 8601. */
  date: string;
}

/** ASCII unit separator, which does not occur in commit headers. */
const separator = '\x1f';

/** The user's git tree, which is only read: checkout, index, HEAD and objects are not modified. */
export class KernelTree {
  /** Absolute. */
  readonly path: string;
  readonly #repository: Repository;

  private constructor(path: string, repository: Repository) {
    this.path = path;
    this.#repository = repository;
  }

  /** @throws UsageError BISECT_TREE if the folder is not in a git repository */
  static async open(folder: string, options: GitOptions = {}): Promise<KernelTree> {
    const path = folder.startsWith('~/') ? join(homedir(), folder.slice(2)) : resolve(folder);
    const repository = new Repository(['-C', path], options);
    const found = await repository.try(['rev-parse', '--git-dir']);
    if (found.code === 0) return new KernelTree(await realpath(path), repository);
    throw new UsageError('BISECT_TREE', `${folder} is not in a git repository`, {
      evidence: found.stderr.trim(),
      hint: '--tree must name a clone of the kernel.',
    });
  }

  /** Folder of the objects, for use as alternates of other repositories. */
  async objectFolder(): Promise<string> {
    const path = await this.#repository.git(['rev-parse', '--git-path', 'objects']);
    return realpath(resolve(this.path, path));
  }

  /** @throws UsageError BISECT_REVISION */
  async commitOf(revision: string): Promise<string> {
    const words = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
    const found = await this.#repository.try(words);
    if (found.code === 0) return found.stdout.trim();
    throw new UsageError('BISECT_REVISION', `${this.path} has no commit ${JSON.stringify(revision)}`, {
      hint: `Fetch it: git -C ${this.path} fetch --tags.`,
    });
  }

  /** The current commit of the user's `git bisect`; also with --no-checkout, which does not move HEAD. */
  async bisectedCommit(): Promise<string> {
    const found = await this.#repository.try(['rev-parse', '--verify', '--quiet', 'BISECT_HEAD^{commit}']);
    return found.code === 0 ? found.stdout.trim() : this.commitOf('HEAD');
  }

  /** The commits of a revision or of a range such as `v6.9..v6.10`. @throws UsageError BISECT_REVISION */
  async commitsOf(revisions: string): Promise<string[]> {
    if (!revisions.includes('..')) return [await this.commitOf(revisions)];
    const found = await this.#repository.try(['rev-list', '--end-of-options', revisions]);
    if (found.code === 0) return found.stdout.split('\n').filter(line => line !== '');
    throw new UsageError('BISECT_REVISION', `${this.path} has no range ${JSON.stringify(revisions)}`, {
      evidence: found.stderr.trim(),
    });
  }

  /**
   * The good end of a range: the good commit if it is an ancestor of the bad one, else their merge base, which `git bisect`
   * also tests first.
   * @throws UsageError BISECT_RANGE if they are equal, reversed or unrelated, or have several merge bases
   */
  async forkPoint(good: string, bad: string): Promise<string> {
    const found = await this.#repository.try(['merge-base', '--all', good, bad]);
    const [base, another] = found.stdout.split('\n').filter(line => line !== '');
    const fault =
      good === bad
        ? 'both ends are the same commit'
        : base === undefined
          ? 'the ends have no common ancestor'
          : base === bad
            ? 'the bad end is an ancestor of the good one'
            : another !== undefined && base !== good
              ? 'the ends have several merge bases'
              : undefined;
    if (base !== undefined && fault === undefined) return base;
    throw new UsageError('BISECT_RANGE', `nothing can be bisected: ${fault}`, {
      hint:
        base === bad
          ? 'Swap --good and --bad, or use --fixed to find the commit that fixed it.'
          : 'Name a good commit that is an ancestor of the bad one: git merge-base --all GOOD BAD.',
    });
  }

  /** The commits of a range; see `historyOf`. @throws UsageError BISECT_RANGE if it has no candidate */
  async readHistory({ good, bad, firstParent, paths }: RangeOptions): Promise<HistoryCommit[]> {
    const words = ['rev-list', '--topo-order', '--reverse', '--parents', '--boundary'];
    if (firstParent) words.push('--first-parent');
    const listing = await this.#repository.git([...words, bad, `^${good}`, '--', ...paths]);
    const realParents = paths.length > 0 ? await this.#parentsOf(listing) : undefined;
    const history = historyOf({ listing, good, bad, firstParent, realParents });
    if (history.some(({ candidate }) => candidate)) return history;
    throw new UsageError('BISECT_RANGE', `no commit of the range touches ${paths.join(', ')}`, {
      hint: 'Give other paths after --, or none.',
    });
  }

  /** The details of some commits, by hash. */
  async describe(commits: readonly string[]): Promise<Map<string, CommitFacts>> {
    const format = ['%H', '%s', '%an <%ae>', '%aI'].join(separator);
    const text = await this.#log(commits, format);
    const facts = new Map<string, CommitFacts>();
    for (const line of text.split('\n')) {
      const [id, subject = '', author = '', date = ''] = line.split(separator);
      if (id) facts.set(id, { id, name: id.slice(0, 12), subject, author, date });
    }
    return facts;
  }

  /** The name of a commit relative to the nearest tag: `v6.12-123-g0123456789ab`. */
  async nameOf(commit: string): Promise<string> {
    const words = ['describe', '--tags', '--always', '--abbrev=12', commit];
    return this.#repository.git(words);
  }

  /** A file at a commit; undefined if it does not exist there. */
  async fileOf(commit: string, path: string): Promise<string | undefined> {
    const found = await this.#repository.try(['show', '--end-of-options', `${commit}:${path}`]);
    return found.code === 0 ? found.stdout : undefined;
  }

  /** A commit as a patch with its message, in mail format. */
  patchOf(commit: string): Promise<string> {
    return this.#repository.git(['format-patch', '-1', '--stdout', '--no-signature', commit]);
  }

  async #parentsOf(listing: string): Promise<Map<string, string[]>> {
    const ids = listing.match(/^[0-9a-f]+/gm) ?? [];
    const text = await this.#log(ids, '%H %P');
    const lines = text.split('\n').map(line => line.split(' ').filter(word => word !== ''));
    return new Map(lines.flatMap(([id, ...parents]) => (id === undefined ? [] : [[id, parents]])));
  }

  async #log(commits: readonly string[], format: string): Promise<string> {
    // For an empty list git would use HEAD.
    if (commits.length === 0) return '';
    const words = ['log', '--no-walk=unsorted', `--format=${format}`, '--stdin'];
    return this.#repository.git(words, { input: `${commits.join('\n')}\n` });
  }
}
