// An expression over a vocabulary, as the engine asks it: begin, what may follow, what came. Knows nothing of where the
// expression comes from.
import type { Expression, Expressions } from "./automata/expressions.ts";
import { Machine, type State } from "./automata/machine.ts";
import { Masks } from "./tokens/masks.ts";
import { type WrittenTokens, writtenTokensOf } from "./tokens/written-tokens.ts";
import type { Constraint, ConstraintState, TokenVocabulary } from "./types.ts";

/** What all answers of one constraint share. */
class Compiled implements Constraint {
  readonly machine: Machine;
  readonly masks: Masks;
  readonly tokens: WrittenTokens;
  readonly ends: ReadonlySet<number>;
  readonly endMask: Uint32Array;
  readonly #root: Expression;
  #beginning: { state: State; mask: Uint32Array } | undefined;

  constructor(expressions: Expressions, root: Expression, tokens: WrittenTokens) {
    this.#root = root;
    this.tokens = tokens;
    this.machine = new Machine(expressions);
    this.masks = new Masks(this.machine, tokens);
    this.ends = new Set(tokens.vocabulary.endTokens);
    this.endMask = new Uint32Array(tokens.words);
    for (const token of this.ends) {
      this.endMask[token >> 5] = (this.endMask[token >> 5] ?? 0) | (1 << (token & 31));
    }
  }

  begin(): ConstraintState {
    return new Answer(this);
  }

  /** Where every answer begins, and what may begin it. */
  beginning(): { state: State; mask: Uint32Array } {
    const state = this.machine.begin(this.#root);
    if (this.#beginning?.state !== state) {
      this.#beginning = { state, mask: this.masks.ofBeginning(state) };
    }
    return this.#beginning;
  }
}

class Answer implements ConstraintState {
  readonly #shared: Compiled;
  #state: State;
  #hasBegun = false;
  #hasEnded = false;

  constructor(shared: Compiled) {
    this.#shared = shared;
    this.#state = shared.beginning().state;
  }

  allowed(): Uint32Array {
    if (this.#hasEnded) return this.#shared.endMask;
    if (!this.#hasBegun) return this.#shared.beginning().mask;
    const { machine, masks } = this.#shared;
    machine.tidy();
    this.#state = machine.current(this.#state);
    return masks.of(this.#state);
  }

  get isFinished(): boolean {
    const { accepts, stacks } = this.#state;
    const goesOn = (): boolean =>
      stacks.some((stack) => this.#shared.machine.movesOf(stack).moves.length > 0);
    return this.#hasEnded || (accepts && !goesOn());
  }

  accept(token: number): void {
    const { ends, machine } = this.#shared;
    if (ends.has(token)) {
      if (!this.#state.accepts) throw refusedToken(token);
      this.#hasEnded = true;
      return;
    }
    const bytes = this.#bytesOf(token);
    if (bytes.length === 0 || this.#hasEnded) throw refusedToken(token);
    let state: State | null = machine.current(this.#state);
    for (const byte of bytes) state = state === null ? null : machine.step(state, byte);
    if (state === null) throw refusedToken(token);
    this.#state = state;
    this.#hasBegun = true;
  }

  #bytesOf(token: number): Uint8Array {
    const { bytes, firstBytes } = this.#shared.tokens.vocabulary;
    const own = bytes[token] ?? new Uint8Array();
    return this.#hasBegun ? own : (firstBytes?.get(token) ?? own);
  }
}

function refusedToken(token: number): RangeError {
  return new RangeError(`token ${token} may not follow: choose among those that allowed() gives`);
}

/** The expression must be settled and have a text. */
export function constraintOf(
  expressions: Expressions,
  root: Expression,
  vocabulary: TokenVocabulary,
): Constraint {
  return new Compiled(expressions, root, writtenTokensOf(vocabulary));
}
