// Which of several kinds weighs most in a list.

/** The key of the items that weigh most together; of equals the first. Undefined for none. */
export function heaviest<Item, Key>(
  items: Iterable<Item>,
  keyOf: (item: Item) => Key,
  weigh: (item: Item) => number = () => 1,
): Key | undefined {
  const weights = new Map<Key, number>();
  for (const item of items) {
    const key = keyOf(item);
    weights.set(key, (weights.get(key) ?? 0) + weigh(item));
  }
  let most: [key: Key, weight: number] | undefined;
  for (const entry of weights) if (most === undefined || entry[1] > most[1]) most = entry;
  return most?.[0];
}
