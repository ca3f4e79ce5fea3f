// What a regular expression says, read: characters, sequences, choices, repetitions, and conditions on where it stands.
// Not which texts those are in bytes: regex/compile.ts.
import type { CharacterSet } from "../automata/characters.ts";

export type Pattern =
  | { readonly kind: "character"; readonly set: CharacterSet }
  | { readonly kind: "sequence"; readonly parts: readonly Pattern[] }
  | { readonly kind: "choice"; readonly options: readonly Pattern[] }
  | {
      readonly kind: "repeat";
      readonly body: Pattern;
      readonly least: number;
      readonly most: number;
    }
  /** ^ and $. */
  | { readonly kind: "start" }
  | { readonly kind: "end" }
  /** (?=…) and (?!…). */
  | { readonly kind: "ahead"; readonly body: Pattern; readonly isNegative: boolean };

/** Characters of a text that matches: at least and at most. */
export function lengthsOf(pattern: Pattern): readonly [least: number, most: number] {
  switch (pattern.kind) {
    case "character":
      return [1, 1];
    case "sequence": {
      const all = pattern.parts.map(lengthsOf);
      return [all.reduce((sum, one) => sum + one[0], 0), all.reduce((sum, one) => sum + one[1], 0)];
    }
    case "choice": {
      const all = pattern.options.map(lengthsOf);
      return [Math.min(...all.map(([least]) => least)), Math.max(...all.map(([, most]) => most))];
    }
    case "repeat": {
      const [least, most] = lengthsOf(pattern.body);
      return [least * pattern.least, most === 0 ? 0 : most * pattern.most];
    }
    case "start":
    case "end":
    case "ahead":
      return [0, 0];
  }
}

/** Parts, counted as often as they may be repeated; a repetition of single characters is one part. */
export function partsOf(pattern: Pattern): number {
  switch (pattern.kind) {
    case "sequence":
      return pattern.parts.reduce((sum, one) => sum + partsOf(one), 1);
    case "choice":
      return pattern.options.reduce((sum, one) => sum + partsOf(one), 1);
    case "repeat": {
      if (pattern.body.kind === "character") return 1;
      const times = pattern.most === Infinity ? pattern.least + 1 : pattern.most;
      return Math.max(1, times) * partsOf(pattern.body);
    }
    case "ahead":
      return 1 + partsOf(pattern.body);
    case "character":
    case "start":
    case "end":
      return 1;
  }
}
