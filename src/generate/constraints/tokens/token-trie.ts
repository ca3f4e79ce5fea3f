// Tokens as a tree of their bytes, laid out depth first: where a byte leads nowhere, all tokens behind it are passed over
// at once. Knows no state and no mask.

export interface TokenTrie {
  /** By node: its byte, its depth, the node after all that are under it. */
  readonly bytes: Uint8Array;
  readonly depths: Uint16Array;
  readonly ends: Uint32Array;
  /** By node, and one more: where its tokens begin in `tokens`. */
  readonly tokenStarts: Uint32Array;
  readonly tokens: Uint32Array;
  readonly deepest: number;
}

/** A token and what it writes: at least one byte. */
export type WrittenToken = readonly [token: number, bytes: Uint8Array];

function sharedLength(a: Uint8Array, b: Uint8Array): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

export function tokenTrie(written: readonly WrittenToken[]): TokenTrie {
  const sorted = [...written].sort((a, b) => Buffer.compare(a[1], b[1]));
  const most = sorted.reduce((sum, [, bytes]) => sum + bytes.length, 0);
  const bytes = new Uint8Array(most);
  const depths = new Uint16Array(most);
  const ends = new Uint32Array(most);
  const tokenStarts = new Uint32Array(most + 1);
  /** Nodes from the root to the last token. */
  const path: number[] = [];
  let nodes = 0;
  let previous = new Uint8Array();
  for (const [at, [, own]] of sorted.entries()) {
    const shared = sharedLength(previous, own);
    for (const left of path.splice(shared)) ends[left] = nodes;
    for (let depth = shared; depth < own.length; depth++) {
      bytes[nodes] = own[depth] ?? 0;
      depths[nodes] = depth;
      tokenStarts[nodes] = at;
      path.push(nodes++);
    }
    previous = new Uint8Array(own);
  }
  for (const left of path) ends[left] = nodes;
  tokenStarts[nodes] = sorted.length;
  return {
    bytes: bytes.slice(0, nodes),
    depths: depths.slice(0, nodes),
    ends: ends.slice(0, nodes),
    tokenStarts: tokenStarts.slice(0, nodes + 1),
    tokens: Uint32Array.from(sorted, ([token]) => token),
    deepest: sorted.reduce((length, one) => Math.max(length, one[1].length), 0),
  };
}
