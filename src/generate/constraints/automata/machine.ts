// Reads expressions byte by byte. A stack is what is still to be written, one expression before the other; a state is
// the set of stacks that a text so far leaves open (Antimirov 1996, "Partial derivatives of regular expressions", with
// rules pushed as they are met). States are made as texts reach them and remembered up to a bound.
import { tooLarge } from "../problems.ts";
import type { Expression, Expressions, Repeat } from "./expressions.ts";
import { limits } from "./limits.ts";

/** What is to be written; `top` before `rest`. The bottom has neither. */
export interface Stack {
  readonly id: number;
  readonly top: Expression | undefined;
  readonly rest: Stack | undefined;
  moves: Moves | undefined;
}

interface Move {
  readonly low: number;
  readonly high: number;
  readonly to: Stack;
}

interface Moves {
  readonly moves: readonly Move[];
  /** Everything to be written may be empty. */
  readonly accepts: boolean;
}

export interface State {
  /** What was forgotten since then no longer knows it. */
  readonly generation: number;
  readonly stacks: readonly Stack[];
  /** By byte; null: no text goes on so. Made when first asked for. */
  next: (State | null)[] | undefined;
  /** The text is complete here. */
  readonly accepts: boolean;
  /** Tokens that may follow. */
  mask: Uint32Array | undefined;
}

interface Task {
  readonly todo: Expression;
  readonly rest: Stack;
}

export class Machine {
  readonly #expressions: Expressions;
  readonly #bottom: Stack = { id: 0, top: undefined, rest: undefined, moves: undefined };
  /** Never taken back: stacks of before a tidying may still be in use. */
  #stackCount = 1;
  #stackCountBefore = 1;
  #stacks = new Map<number, Map<number, Stack>>();
  #states = new Map<string, State>();
  /** Repetitions part of the way, which no expression of the constraint is. */
  #repeats = new Map<string, Repeat>();
  #repeatCount = 0;
  #generation = 0;

  constructor(expressions: Expressions) {
    this.#expressions = expressions;
  }

  /** Where texts of an expression begin; it must be settled. */
  begin(expression: Expression): State {
    return this.state([this.#push(expression, this.#bottom)]);
  }

  /** Undefined where no text goes on with this byte. */
  step(state: State, byte: number): State | null {
    return this.nextOf(state)[byte] ?? null;
  }

  /** By byte. */
  nextOf(state: State): readonly (State | null)[] {
    state.next ??= this.#transitions(state);
    return state.next;
  }

  /** Forgets what no text is in just now, once it has become much. */
  tidy(): void {
    const held = this.#states.size + (this.#stackCount - this.#stackCountBefore) / 4;
    if (held < limits.rememberedStates) return;
    this.#states = new Map();
    this.#stacks = new Map();
    this.#repeats = new Map();
    this.#stackCountBefore = this.#stackCount;
    this.#generation++;
  }

  /**
   * The same state among those that are remembered now. To be asked for before a step, so that nothing forgotten leads
   * on to what is made after it and keeps it.
   */
  current(state: State): State {
    if (state.generation === this.#generation) return state;
    return this.state(state.stacks.map((stack) => this.#again(stack)));
  }

  #again(stack: Stack): Stack {
    const tops: Expression[] = [];
    for (let at: Stack | undefined = stack; at?.top !== undefined; at = at.rest) tops.push(at.top);
    return tops.reduceRight((rest, top) => this.#push(top, rest), this.#bottom);
  }

  movesOf(stack: Stack): Moves {
    stack.moves ??= this.#moves(stack);
    return stack.moves;
  }

  /** The state of these stacks, whose order and repetition do not matter. */
  state(stacks: readonly Stack[]): State {
    const distinct = stacks.length === 1 ? stacks : this.#merged([...new Set(stacks)]);
    if (distinct.length > limits.readings) {
      throw tooLarge("", `the text can be read in more than ${limits.readings} ways at once`);
    }
    const sorted = distinct.length === 1 ? distinct : [...distinct].sort((a, b) => a.id - b.id);
    const key = sorted.map(({ id }) => id).join(",");
    let found = this.#states.get(key);
    if (found === undefined) {
      const accepts = sorted.some((one) => this.movesOf(one).accepts);
      const generation = this.#generation;
      found = { generation, stacks: sorted, next: undefined, accepts, mask: undefined };
      this.#states.set(key, found);
    }
    return found;
  }

  /** The same stack with another count on its top repetition. */
  withCount(stack: Stack, least: number, most: number): Stack {
    const { top, rest } = stack;
    if (top?.kind !== "repeat" || rest === undefined) return stack;
    return this.#pushRepeat(top.body, least, most, rest);
  }

  #push(expression: Expression, rest: Stack): Stack {
    if (expression === this.#expressions.empty) return rest;
    const top = expression.kind === "repeat" ? this.#repeat(expression) : expression;
    let onRest = this.#stacks.get(rest.id);
    if (onRest === undefined) this.#stacks.set(rest.id, (onRest = new Map()));
    let found = onRest.get(top.id);
    if (found === undefined) {
      found = { id: this.#stackCount++, top, rest, moves: undefined };
      onRest.set(top.id, found);
    }
    return found;
  }

  #pushRepeat(body: Expression, least: number, most: number, rest: Stack): Stack {
    if (most === 0) return rest;
    if (least === 1 && most === 1) return this.#push(body, rest);
    return this.#push(this.#repeat({ body, least, most }), rest);
  }

  #repeat({ body, least, most }: Pick<Repeat, "body" | "least" | "most">): Repeat {
    const key = `${body.id},${least},${most}`;
    let found = this.#repeats.get(key);
    if (found === undefined) {
      const flags = { productive: true, isCharacter: false, coversPlain: false };
      const nullable = least === 0 || body.nullable;
      // Below zero: no expression of the constraint has such a number.
      const id = -++this.#repeatCount;
      found = { kind: "repeat", id, body, least, most, nullable, ...flags };
      this.#repeats.set(key, found);
    }
    return found;
  }

  #moves(stack: Stack): Moves {
    const moves: Move[] = [];
    let accepts = false;
    const reached = new Set<Stack>();
    const work: Task[] = [];
    const enter = (at: Stack): void => {
      if (reached.has(at)) return;
      reached.add(at);
      if (at.top === undefined || at.rest === undefined) accepts = true;
      else work.push({ todo: at.top, rest: at.rest });
    };
    enter(stack);
    for (let task = work.pop(); task !== undefined; task = work.pop()) {
      if (moves.length + work.length > 20 * limits.readings) {
        throw tooLarge("", "the text can be read in too many ways at once");
      }
      this.#follow(task, { moves, work, enter, reached });
    }
    return { moves, accepts };
  }

  #follow(
    { todo, rest }: Task,
    to: { moves: Move[]; work: Task[]; enter: (at: Stack) => void; reached: Set<Stack> },
  ): void {
    if (!todo.productive) return;
    switch (todo.kind) {
      case "empty":
        to.enter(rest);
        break;
      case "bytes":
        for (const [low, high] of todo.ranges) to.moves.push({ low, high, to: rest });
        break;
      case "sequence":
        to.work.push({ todo: todo.first, rest: this.#push(todo.second, rest) });
        break;
      case "choice":
        for (const option of todo.options) to.work.push({ todo: option, rest });
        break;
      case "rule":
        if (todo.body !== undefined) to.work.push({ todo: todo.body, rest });
        break;
      case "repeat":
        this.#followRepeat(todo, rest, to);
        break;
    }
  }

  #followRepeat(
    { body, least, most }: Repeat,
    rest: Stack,
    to: { work: Task[]; enter: (at: Stack) => void; reached: Set<Stack> },
  ): void {
    // A body that may be empty may stay so each time: then there is no least number.
    const needed = body.nullable ? 0 : least;
    if (needed === 0) to.enter(rest);
    if (!body.productive) return;
    const again = this.#pushRepeat(body, Math.max(0, needed - 1), most - 1, rest);
    // Going round without a byte leads nowhere new.
    if (body.nullable) to.reached.add(again);
    to.work.push({ todo: body, rest: again });
  }

  #transitions({ stacks }: State): (State | null)[] {
    const moves = stacks.flatMap((stack) => this.movesOf(stack).moves);
    const next = Array.from({ length: 256 }, (): State | null => null);
    const cuts = new Set(moves.flatMap(({ low, high }) => [low, high + 1]));
    const starts = [...cuts].sort((a, b) => a - b);
    for (const [at, start] of starts.entries()) {
      const end = starts[at + 1] ?? 256;
      const targets = moves.filter(({ low, high }) => low <= start && start <= high);
      if (targets.length === 0) continue;
      next.fill(this.state(targets.map(({ to }) => to)), start, end);
    }
    return next;
  }

  /** Repetitions of one thing before one rest whose counts touch or overlap are one repetition. */
  #merged(stacks: readonly Stack[]): readonly Stack[] {
    const groups = new Map<string, Stack[]>();
    for (const stack of stacks) {
      const { top, rest } = stack;
      const key = top?.kind === "repeat" ? `${top.body.id},${rest?.id}` : `=${stack.id}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [stack]);
      else group.push(stack);
    }
    if (groups.size === stacks.length) return stacks;
    return [...groups.values()].flatMap((group) => this.#joined(group));
  }

  #joined(group: readonly Stack[]): readonly Stack[] {
    const [one] = group;
    const { top, rest } = one ?? {};
    if (group.length === 1 || top?.kind !== "repeat" || rest === undefined) return group;
    const counts = group
      .map(({ top: repeat }) => repeat as Repeat)
      .map(({ least, most }): [number, number] => [least, most])
      .sort((a, b) => a[0] - b[0]);
    const merged: [number, number][] = [];
    for (const [least, most] of counts) {
      const last = merged.at(-1);
      if (last !== undefined && least <= last[1] + 1) last[1] = Math.max(last[1], most);
      else merged.push([least, most]);
    }
    return merged.map(([least, most]) => this.#pushRepeat(top.body, least, most, rest));
  }
}
