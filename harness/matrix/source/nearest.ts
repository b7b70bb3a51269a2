// biome-ignore-all lint/style/noNonNullAssertion: every row has a number for every column
/** Only this many leading characters are compared, so that a hostile file cannot cost quadratic time. */
const maximumLength = 64;

/**
 * The candidate that a mistyped word most likely meant, or undefined if none is close: at most a third of the longer word
 * may differ. The distance is optimal string alignment (insert, delete, replace, swap of neighbours).
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    const allowed = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    if (distance <= allowed && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The hint for an unknown word: the nearest candidate, else a bounded list of candidates. */
export function suggest(word: string, candidates: readonly string[]): string {
  const meant = nearest(word, candidates);
  if (meant !== undefined) return `Did you mean ${JSON.stringify(meant)}?`;
  if (candidates.length === 0) return 'There is none to choose from.';
  const shown = candidates.slice(0, 20).join(', ');
  return `Known: ${shown}${candidates.length > 20 ? `, and ${candidates.length - 20} more` : ''}.`;
}

function editDistance(left: string, right: string): number {
  const a = left.slice(0, maximumLength);
  const b = right.slice(0, maximumLength);
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(above[column]! + 1, current[column - 1]! + 1, above[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, before[column - 2]! + 1);
      current.push(cost);
    }
    before = above;
    above = current;
  }
  return above[b.length]!;
}
