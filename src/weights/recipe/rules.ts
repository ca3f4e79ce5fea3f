// The sentences of a recipe: which of a stored model's tensors become which of a model's parameters, and through what.
// A recipe is a list of them; for each tensor the first that knows its name decides, and one nobody knows keeps its name.
import { NamePattern } from "./patterns.ts";
import { divided, inverse, joined, type Parts, type Step, transposed } from "./steps.ts";

export interface Conversion {
  kind: "conversion";
  from: readonly NamePattern[];
  to: readonly NamePattern[];
  steps: readonly Step[];
  /** Never used for writing: another rule says how these parameters are written. */
  readsOnly: boolean;
}

export type Rule =
  | Conversion
  /** No parameter: left alone. */
  | { kind: "drop"; pattern: NamePattern }
  /** Stored twice: `copy` is read only where `original`, a parameter, has nothing else to come from. */
  | { kind: "tie"; copy: NamePattern; original: NamePattern };

export type Recipe = readonly Rule[];

type Names = string | readonly string[];

/** A placeholder means the same on both sides, wherever its form is written; that of a stack is one side's own. */
function patternPair(from: Names, to: Names): { from: NamePattern[]; to: NamePattern[] } {
  const all = [from, to].flat(2);
  const forms = all.flatMap((name) => [...new NamePattern(name).forms]);
  const shared = new Map(forms.filter(([, form]) => form !== "#"));
  const patterns = (names: Names): NamePattern[] =>
    [names].flat().map((name) => new NamePattern(name, shared));
  return { from: patterns(from), to: patterns(to) };
}

/** Placeholders that `to` alone has, those of stacks aside. */
function unbound(from: readonly NamePattern[], to: readonly NamePattern[]): string[] {
  const single = (pattern: NamePattern): string[] =>
    [...pattern.placeholders].filter((name) => name !== pattern.stacked);
  const known = new Set(from.flatMap(single));
  return to.flatMap(single).filter((name) => !known.has(name));
}

/** The general sentence. Patterns on both sides share their placeholders; `{a#}` on one side only means a stack. */
export function convert(from: Names, to: Names, ...steps: Step[]): Conversion {
  const rule = patternPair(from, to);
  const loose = [...unbound(rule.from, rule.to), ...unbound(rule.to, rule.from)];
  if (loose.length > 0)
    throw new RangeError(`${[from].flat()[0]}: {${loose[0]}} stands on one side only`);
  return { kind: "conversion", ...rule, steps, readsOnly: false };
}

/** Another name; with `{expert#}` in `from` alone, every expert's tensor stacked into one. */
export function rename(from: string, to: string = from): Conversion {
  return convert(from, to);
}

/** The last two axes change places: Conv1D weights, (in, out). */
export function transpose(from: string, to: string = from): Conversion {
  return convert(from, to, transposed());
}

/** One fused tensor becomes several, of these lengths along an axis (queries, keys and values, say). */
export function split(
  from: string,
  to: readonly string[],
  parts: Parts = to.length,
  axis = 0,
): Conversion {
  return convert(from, to, divided(axis, parts));
}

/** Several tensors become one fused. */
export function join(
  from: readonly string[],
  to: string,
  parts: Parts = from.length,
  axis = 0,
): Conversion {
  return convert(from, to, joined(axis, parts));
}

export function drop(pattern: string): Rule {
  return { kind: "drop", pattern: new NamePattern(pattern) };
}

/** `copy` names a tensor, `original` the parameter that it repeats. */
export function tie(copy: string, original: string): Rule {
  return { kind: "tie", copy: new NamePattern(copy), original: new NamePattern(original) };
}

/** A way of storing that is understood, but not written. */
export function readsOnly(rule: Conversion): Conversion {
  return { ...rule, readsOnly: true };
}

/** From parameters to a stored model's tensors: for models that come from no stored model, and for other formats. */
export function inverted(recipe: Recipe): Recipe {
  return recipe
    .filter((rule) => rule.kind === "conversion")
    .filter((rule) => !rule.readsOnly)
    .map((rule) => ({
      ...rule,
      from: rule.to,
      to: rule.from,
      steps: rule.steps.toReversed().map(inverse),
    }));
}
