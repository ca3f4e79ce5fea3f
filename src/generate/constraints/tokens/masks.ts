import { plainCharacters } from "../automata/characters.ts";
// Which tokens may follow a state, as bits. Walks the tree of tokens with the machine; a text of plain characters that
// only a count limits is not walked: its tokens are known from the vocabulary.
import type { Repeat } from "../automata/expressions.ts";
import type { Machine, Stack, State } from "../automata/machine.ts";
import type { TokenTrie } from "./token-trie.ts";
import type { WrittenTokens } from "./written-tokens.ts";

const setBit = (mask: Uint32Array, token: number): void => {
  mask[token >> 5] = (mask[token >> 5] ?? 0) | (1 << (token & 31));
};

/** Bytes that a plain character begins with. */
const plainLeads = plainCharacters.flatMap(([first, last]): [number, number][] => {
  const lead = (code: number): number => Buffer.from(String.fromCodePoint(code), "utf8")[0] ?? 0;
  return [[lead(first), lead(last)]];
});

function beginsPlain(low: number, high: number): boolean {
  return plainLeads.some(([first, last]) => low <= last && first <= high);
}

export class Masks {
  readonly #machine: Machine;
  readonly #tokens: WrittenTokens;
  /** By how many plain characters a token may have at most. */
  readonly #plain = new Map<number, Uint32Array>();

  constructor(machine: Machine, tokens: WrittenTokens) {
    this.#machine = machine;
    this.#tokens = tokens;
  }

  /** Tokens that may follow, those that end the text among them where it may end. */
  of(state: State): Uint32Array {
    if (state.mask !== undefined) return state.mask;
    const same = this.#withinReach(state);
    same.mask ??= this.#make(same);
    state.mask = same.mask;
    return state.mask;
  }

  /** The same of a text that has not begun: a decoder that drops a first space makes "▁a" an "a" there. */
  ofBeginning(state: State): Uint32Array {
    const { first } = this.#tokens;
    if (first === undefined) return this.of(state);
    const mask = new Uint32Array(this.#tokens.words);
    this.#walk(first, state, mask);
    this.#addEnds(state, mask);
    return mask;
  }

  #make(state: State): Uint32Array {
    const most = this.#plainCount(state);
    const mask = most === undefined ? new Uint32Array(this.#tokens.words) : this.#plainMask(most);
    this.#walk(most === undefined ? this.#tokens.all : this.#tokens.special, state, mask);
    this.#addEnds(state, mask);
    return mask;
  }

  #addEnds(state: State, mask: Uint32Array): void {
    if (!state.accepts) return;
    for (const token of this.#tokens.vocabulary.endTokens) setBit(mask, token);
  }

  #walk(trie: TokenTrie, from: State, mask: Uint32Array): void {
    const { bytes, depths, ends, tokenStarts, tokens } = trie;
    const path: State[] = [from];
    for (let node = 0; node < bytes.length;) {
      const depth = depths[node] ?? 0;
      const byte = bytes[node] ?? 0;
      const at = path[depth] as State;
      const next = (at.next ?? this.#machine.nextOf(at))[byte];
      if (next === null || next === undefined) {
        node = ends[node] ?? bytes.length;
        continue;
      }
      path[depth + 1] = next;
      const end = tokenStarts[node + 1] ?? 0;
      for (let token = tokenStarts[node] ?? 0; token < end; token++)
        setBit(mask, tokens[token] ?? 0);
      node++;
    }
  }

  /** The state with counts that no token can use up made alike, so that they share a mask. */
  #withinReach(state: State): State {
    const { longest } = this.#tokens;
    const stacks = state.stacks.map((stack) => {
      if (stack.top?.kind !== "repeat") return stack;
      const { least, most } = stack.top;
      const alike = Math.min(least, longest + 1);
      return this.#machine.withCount(stack, alike, most > longest ? Infinity : most);
    });
    return stacks.every((stack, at) => stack === state.stacks[at])
      ? state
      : this.#machine.state(stacks);
  }

  /** How many plain characters may follow, whichever; undefined where that is not the whole of it. */
  #plainCount({ stacks }: State): number | undefined {
    const most = this.#tokens.plain.length - 1;
    const counted = stacks.flatMap(({ top }) =>
      top?.kind === "repeat" && top.body.coversPlain ? [top] : [],
    );
    if (counted.some((repeat) => repeat.most >= most)) return most;
    const [only] = counted;
    if (counted.length !== 1 || only === undefined) return undefined;
    return stacks.every((stack) => this.#endsPlain(stack, only)) ? only.most : undefined;
  }

  /** Nothing plain follows the stack's text, or its counted characters. */
  #endsPlain({ top, rest }: Stack, counted: Repeat): boolean {
    if (top !== counted || rest === undefined) return false;
    return this.#machine.movesOf(rest).moves.every(({ low, high }) => !beginsPlain(low, high));
  }

  #plainMask(most: number): Uint32Array {
    let found = this.#plain.get(most);
    if (found === undefined) {
      found = new Uint32Array(this.#tokens.words);
      for (const token of this.#tokens.plain.slice(0, most + 1).flat()) setBit(found, token);
      this.#plain.set(most, found);
    }
    return found.slice();
  }
}
