// Texts that are in some regular languages and not in others (a pattern and a length and not a name), as an expression.
// All states of the combination are made at once, so that one without a text is known to be so.
import { tooLarge } from "../problems.ts";
import type { ByteRange } from "./characters.ts";
import type { Expression, Expressions, Rule } from "./expressions.ts";
import { limits } from "./limits.ts";
import { Machine, type State } from "./machine.ts";

/** Regular and settled, all of them. */
export interface Combination {
  readonly all: readonly Expression[];
  readonly none: readonly Expression[];
}

/** One state of each part; null: of a part that is not to match, once it cannot any more. */
interface Node {
  readonly parts: readonly (State | null)[];
  readonly accepts: boolean;
  /** By target. */
  readonly moves: Map<Node, ByteRange[]>;
  productive: boolean;
  readonly from: Node[];
  rule: Rule | undefined;
}

class Exploration {
  readonly nodes: Node[] = [];
  readonly #machine: Machine;
  readonly #wanted: number;
  readonly #known = new Map<string, Node>();
  readonly #numbers = new Map<State, number>();

  constructor(expressions: Expressions, { all, none }: Combination) {
    this.#machine = new Machine(expressions);
    this.#wanted = all.length;
    this.#node([...all, ...none].map((one) => this.#machine.begin(one)));
    for (let at = 0; at < this.nodes.length; at++) this.#explore(this.nodes[at]!);
  }

  /** The states of every part, by their numbers; undefined where one that is to match cannot. */
  #node(parts: readonly (State | null)[]): Node | undefined {
    const wanted = parts.slice(0, this.#wanted);
    if (wanted.includes(null)) return undefined;
    const key = parts.map((one) => (one === null ? "-" : this.#number(one))).join(",");
    let node = this.#known.get(key);
    if (node === undefined) {
      if (this.nodes.length >= limits.combinedStates) {
        throw tooLarge("", `these together have more than ${limits.combinedStates} states`);
      }
      const others = parts.slice(this.#wanted);
      const accepts =
        wanted.every((one) => one?.accepts) && others.every((one) => one?.accepts !== true);
      node = { parts, accepts, moves: new Map(), productive: false, from: [], rule: undefined };
      this.#known.set(key, node);
      this.nodes.push(node);
    }
    return node;
  }

  #number(state: State): number {
    let number = this.#numbers.get(state);
    if (number === undefined) this.#numbers.set(state, (number = this.#numbers.size));
    return number;
  }

  #explore(node: Node): void {
    const tables = node.parts.map((one) => (one === null ? null : this.#machine.nextOf(one)));
    let before: readonly (State | null)[] = [];
    let target: Node | undefined;
    for (let byte = 0; byte < 256; byte++) {
      const parts = tables.map((table) => table?.[byte] ?? null);
      const isSame = byte > 0 && parts.every((one, at) => one === before[at]);
      if (!isSame) target = this.#node(parts);
      before = parts;
      if (target !== undefined) this.#connect(node, target, byte);
    }
  }

  #connect(node: Node, target: Node, byte: number): void {
    let ranges = node.moves.get(target);
    if (ranges === undefined) {
      node.moves.set(target, (ranges = []));
      target.from.push(node);
    }
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === byte - 1) ranges[ranges.length - 1] = [last[0], byte];
    else ranges.push([byte, byte]);
  }
}

/** Backwards from where texts are complete. */
function markProductive(nodes: readonly Node[]): void {
  const work = nodes.filter((node) => node.accepts);
  for (const node of work) node.productive = true;
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    for (const earlier of node.from.filter((one) => !one.productive)) {
      earlier.productive = true;
      work.push(earlier);
    }
  }
}

function bodyOf(expressions: Expressions, node: Node): Expression {
  const moves = [...node.moves].filter(([target]) => target.productive);
  const options = moves.map(([target, ranges]) =>
    expressions.sequence(expressions.bytes(ranges), target.rule ?? expressions.empty),
  );
  return expressions.choice([...(node.accepts ? [expressions.empty] : []), ...options]);
}

/** `nothing` where no text is left. Throws FT-CONSTRAINT-004 for a combination with too many states. */
export function combine(expressions: Expressions, combination: Combination): Expression {
  const [only] = combination.all;
  if (only !== undefined && combination.all.length === 1 && combination.none.length === 0)
    return only;
  if (combination.all.some((one) => !one.productive)) return expressions.nothing;
  const { nodes } = new Exploration(expressions, combination);
  markProductive(nodes);
  if (nodes[0]?.productive !== true) return expressions.nothing;
  const kept = nodes.filter((node) => node.productive);
  for (const node of kept) {
    node.rule = expressions.rule("combined");
    node.rule.nullable = node.accepts;
  }
  for (const node of kept) if (node.rule !== undefined) node.rule.body = bodyOf(expressions, node);
  return nodes[0].rule ?? expressions.nothing;
}

/** Tells whether a text is one of the expression's, which must be settled. */
export function acceptor(
  expressions: Expressions,
  expression: Expression,
): (text: string) => boolean {
  const machine = new Machine(expressions);
  const begin = machine.begin(expression);
  return (text) => {
    let state: State | null = begin;
    for (const byte of Buffer.from(text, "utf8")) {
      state = state === null ? null : machine.step(state, byte);
    }
    return state?.accepts ?? false;
  };
}
