// How large a constraint may become: what a stranger sends is compiled within these bounds, or refused.

export const limits = {
  /** Expressions that one constraint is made of. */
  expressions: 400_000,
  /** Ways in which a text may be read at once; more is told as ambiguity without end. */
  readings: 2000,
  /** States of a combination of regular languages (a pattern with a length, say). */
  combinedStates: 10_000,
  /** States, and stacks, that are remembered while writing; then all are forgotten and made anew where needed. */
  rememberedStates: 4000,
  /** Levels of a schema, a pattern's groups, or a grammar's brackets. */
  depth: 100,
  /** The highest bound of a repetition of single characters. */
  characters: 1_000_000,
  /** Parts times repetitions, through all levels of a pattern, where more than single characters repeat. */
  repeatedParts: 5000,
  /** Alternatives that one place of a schema may have after anyOf, oneOf and their like are multiplied out. */
  alternatives: 256,
  /** Steps in which the alternatives of one place are multiplied out, those that lead to none among them. */
  steps: 4096,
  /** Pairs of alternatives of a schema that are compared, for oneOf. */
  comparisons: 200_000,
  /** Properties of one object: more that may be left out could not be read (readings). */
  properties: 1500,
  /** Characters of one literal text. */
  text: 200_000,
  /** Places of a schema, each with all that holds there at once. */
  places: 5000,
  /** Texts of which each is the beginning of the next. */
  branches: 1000,
  /** Values of an enumeration. */
  values: 10_000,
} as const;
