import type { HistoryCommit } from '../search/history.ts';

/** A commit as printed by `git rev-list --parents`: its hash and those of its parents, which `-- PATH` may have rewritten. */
interface ListedCommit {
  id: string;
  parents: readonly string[];
  /** Only printed because it is a parent of a listed one; it is an ancestor of the good end. */
  boundary: boolean;
}

/** The input of a history. */
export interface HistoryListing {
  /** Output of `git rev-list --topo-order --reverse --parents --boundary BAD ^GOOD`, possibly limited to paths. */
  listing: string;
  good: string;
  bad: string;
  /** Only the first parent of a merge is an ancestor, as with `--first-parent`. */
  firstParent: boolean;
  /** For a history that is limited to paths: the real parents of each listed commit. */
  realParents?: ReadonlyMap<string, readonly string[]> | undefined;
}

/**
 * The commits of a range in the order of `History`: the good end first, then parents before children, the bad end last.
 * Parents that are ancestors of the good end are listed, but are not candidates. In a history that is limited to paths, the
 * same applies to the real parents of its commits, since only they show whether a commit introduced a change, and to a bad
 * end that touches none of the paths.
 */
export function historyOf({ listing, good, bad, firstParent, realParents }: HistoryListing): HistoryCommit[] {
  const commits = new CommitList();
  commits.add({ id: good, parents: [], candidate: false });
  const listed = listing.split('\n').flatMap(parseLine);
  const ancestors = (ids: readonly string[]) => ids.slice(0, firstParent ? 1 : ids.length);
  for (const { id, parents, boundary } of listed) {
    if (boundary) continue;
    const near = ancestors(parents).map(parent => commits.placeOf(parent));
    const own = near.length > 0 ? near : [0];
    const real = realParents?.get(id);
    const parts = real === undefined ? own : ancestors(real).map(parent => commits.placeOf(parent, own));
    commits.add({ id, parents: [...new Set(parts)], candidate: true });
  }
  commits.end(bad);
  return commits.list;
}

/** Commits with their indices; an unknown commit is added as an ancestor of the good end. */
class CommitList {
  readonly list: HistoryCommit[] = [];
  readonly #places = new Map<string, number>();

  add(commit: HistoryCommit): number {
    const place = this.list.push(commit) - 1;
    this.#places.set(commit.id, place);
    return place;
  }

  placeOf(id: string, parents: readonly number[] = []): number {
    return this.#places.get(id) ?? this.add({ id, parents, candidate: false });
  }

  /** Puts the bad end last; if it is not listed itself, with the childless commits as parents. */
  end(bad: string): void {
    if (this.#places.has(bad)) return;
    const followed = new Set(this.list.flatMap(({ parents }) => parents));
    const tips = this.list.flatMap(({ candidate }, place) =>
      candidate && !followed.has(place) ? [place] : [],
    );
    this.add({ id: bad, parents: tips, candidate: false });
  }
}

function parseLine(line: string): ListedCommit[] {
  const [first, ...parents] = line.split(' ').filter(word => word !== '');
  if (first === undefined) return [];
  const boundary = first.startsWith('-');
  return [{ id: boundary ? first.slice(1) : first, parents, boundary }];
}
