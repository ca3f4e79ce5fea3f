// Tensors that one rule takes together, found by their names: a stack's members, the parts of what is joined.
// Shapes and values are mapping.ts's.
import { Operand } from "./entry.ts";
import type { Captures, NamePattern } from "./patterns.ts";
import { type Conversion, type Recipe, rename, type Rule } from "./rules.ts";

/** So many missing names of one group are told. */
const mostTold = 20;
const keepsName = rename("{name*}");

interface Hit {
  rule: Rule;
  captures: Map<string, string>;
  /** Which of the rule's patterns. */
  side: number;
  /** Number in a stack; 0 where there is none. */
  at: number;
}

function patternsOf(rule: Rule): readonly NamePattern[] {
  if (rule.kind === "conversion") return rule.from;
  return [rule.kind === "drop" ? rule.pattern : rule.copy];
}

/** The first rule that knows a name, or the one that keeps it. */
export function hitOf(recipe: Recipe, name: string): Hit {
  for (const rule of recipe) {
    for (const [side, pattern] of patternsOf(rule).entries()) {
      const captures = pattern.match(name);
      if (captures === undefined) continue;
      const { stacked = "" } = pattern;
      const at = Number(captures.get(stacked) ?? 0);
      captures.delete(stacked);
      return { rule, captures, side, at };
    }
  }
  return { rule: keepsName, captures: new Map([["name", name]]), side: 0, at: 0 };
}

/** The names a pattern stands for, in a stack of this depth. */
function* namesIn(pattern: NamePattern, captures: Captures, depth: number): Generator<string> {
  const { stacked } = pattern;
  if (stacked === undefined) yield pattern.write(captures);
  else
    for (let at = 0; at < depth; at++)
      yield pattern.write(new Map([...captures, [stacked, String(at)]]));
}

export function operandOf(pattern: NamePattern, captures: Captures, depth: number): Operand {
  const names = [...namesIn(pattern, captures, depth)];
  return new Operand(names, { isStack: pattern.stacked !== undefined });
}

export class Group {
  readonly rule: Conversion;
  /** Without the number of a stack. */
  readonly captures: Captures;
  /** For each pattern the names it met, by their number in the stack. */
  readonly #found: readonly Map<number, string>[];
  #depth = 1;

  constructor(rule: Conversion, captures: Captures) {
    this.rule = rule;
    this.captures = captures;
    this.#found = rule.from.map(() => new Map());
  }

  /** False when another name has this one's place. */
  add(name: string, { side, at }: Hit): boolean {
    const names = this.#found[side];
    if (names === undefined || names.has(at)) return false;
    names.set(at, name);
    this.#depth = Math.max(this.#depth, at + 1);
    return true;
  }

  get names(): string[] {
    return this.#found.flatMap((names) => [...names.values()]);
  }

  /** Names that are not there, up to a number of them. */
  missing(): string[] {
    const missing: string[] = [];
    for (const [side, pattern] of this.rule.from.entries()) {
      let at = 0;
      for (const name of namesIn(pattern, this.captures, this.#depth)) {
        if (!this.#found[side]?.has(at++)) missing.push(name);
        if (missing.length === mostTold) return missing;
      }
    }
    return missing;
  }

  /** What the rule's steps begin with; nothing may be missing. */
  operands(): Operand[] {
    return this.#found.map((found, side) => {
      const names = [...found].sort(([a], [b]) => a - b).map(([, name]) => name);
      return new Operand(names, { isStack: this.rule.from[side]?.stacked !== undefined });
    });
  }

  /** Names of what it would give, as far as they are known without shapes. */
  targets(): string[] {
    return this.rule.to
      .filter(({ stacked }) => stacked === undefined)
      .map((pattern) => pattern.write(this.captures));
  }
}

/** The groups of one stored model. */
export class Groups {
  readonly #groups = new Map<string, Group>();
  readonly #recipe: Recipe;

  constructor(recipe: Recipe) {
    this.#recipe = recipe;
  }

  /** False when another name has this one's place. */
  add(name: string, rule: Conversion, hit: Hit): boolean {
    const values = [...hit.captures].map(([key, value]) => `${key}=${value}`).sort();
    const key = JSON.stringify([this.#recipe.indexOf(rule), ...values]);
    const group = this.#groups.get(key) ?? new Group(rule, hit.captures);
    this.#groups.set(key, group);
    return group.add(name, hit);
  }

  values(): Iterable<Group> {
    return this.#groups.values();
  }
}
