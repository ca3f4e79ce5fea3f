// Which rows share a window: as few windows as best fit finds, each row in exactly one. A pure function of the rows'
// lengths, so the same for every epoch and after every interruption: rows that share a window do not see each other, so
// new company would teach nothing new, and a run's length would be known only when it ends.

/** Windows by how many positions each has left, found in a few steps of 32. */
class Rooms {
  readonly #windows: number[][];
  /** A bit for each number of positions that some window has left. */
  readonly #present: Uint32Array;

  constructor(capacity: number) {
    this.#windows = Array.from({ length: capacity + 1 }, () => []);
    this.#present = new Uint32Array((capacity >>> 5) + 1);
  }

  add(window: number, room: number): void {
    this.#windows[room]?.push(window);
    this.#present[room >>> 5] = (this.#present[room >>> 5] ?? 0) | (1 << (room & 31));
  }

  /** Takes out the window with the least room that holds `length`. */
  take(length: number): { window: number; room: number } | undefined {
    const room = this.#leastRoom(length);
    const window = room === undefined ? undefined : this.#windows[room]?.pop();
    if (room === undefined || window === undefined) return undefined;
    if (this.#windows[room]?.length === 0)
      this.#present[room >>> 5] = (this.#present[room >>> 5] ?? 0) & ~(1 << (room & 31));
    return { window, room };
  }

  #leastRoom(length: number): number | undefined {
    const first = length >>> 5;
    for (let word = first; word < this.#present.length; word++) {
      const after = word === first ? -1 << (length & 31) : -1;
      const bits = (this.#present[word] ?? 0) & after;
      if (bits !== 0) return (word << 5) + 31 - Math.clz32(bits & -bits);
    }
    return undefined;
  }
}

/**
 * Rows by their index, in windows of at most `capacity` positions: longest first, each into the fullest window that
 * holds it (best fit decreasing; Johnson 1973). A row longer than that has a window of its own. Rows of a window, and
 * windows by their first row, stand in the order of the rows.
 */
export function packRows(lengths: readonly number[], capacity: number): number[][] {
  const longestFirst = [...lengths.keys()].sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0));
  const rooms = new Rooms(capacity);
  const windows: number[][] = [];
  for (const row of longestFirst) {
    const length = lengths[row] ?? 0;
    const found = length > capacity ? undefined : rooms.take(length);
    const window = found?.window ?? windows.push([]) - 1;
    windows[window]?.push(row);
    const room = (found?.room ?? capacity) - length;
    if (room >= 0) rooms.add(window, room);
  }
  for (const rows of windows) rows.sort((a, b) => a - b);
  return windows.sort(([a = 0], [b = 0]) => a - b);
}
