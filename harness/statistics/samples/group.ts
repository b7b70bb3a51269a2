/**
 * The items of two lists side by side.
 * @throws RangeError if the second list is shorter
 */
export function pairUp<One, Other extends object>(
  first: readonly One[],
  second: readonly Other[],
): [One, Other][] {
  return first.map((one, index) => {
    const other = second[index];
    if (other === undefined) throw new RangeError(`${first.length} items for ${second.length} others`);
    return [one, other];
  });
}

/** Items by key, both in the order in which they first appear. */
export function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
