// Constraints on what a model writes: a JSON schema, a regular expression, a grammar, or a choice among texts, as masks
// over the tokens that may follow. Made once for a vocabulary and asked at every token; chooses no token itself.
import { Expressions } from "./automata/expressions.ts";
import { leftRecursion, settle } from "./automata/settle.ts";
import { constraintOf } from "./constraint.ts";
import { readGrammar } from "./grammar/gbnf.ts";
import { unsatisfiable, unsupported } from "./problems.ts";
import { wholeText } from "./regex/compile.ts";
import { readPattern } from "./regex/read.ts";
import { remembered } from "./remembered.ts";
import { writtenTokensOf } from "./tokens/written-tokens.ts";
import type { Constraint, TokenVocabulary } from "./types.ts";

export { framedJsonConstraint, type JsonFrame, jsonSchemaConstraint } from "./json/index.ts";
export { vocabularyOf } from "./vocabulary.ts";
export type { Constraint, ConstraintState, TokenVocabulary } from "./types.ts";

/**
 * The whole text matches the pattern, ECMAScript's under its u flag; ^ and $ may be written and are not needed.
 * Throws ConfigError FT-CONSTRAINT-001 (not a pattern), 002 (not supported), 003 (matches nothing), 004 (too large).
 */
export function regexConstraint(pattern: string, vocabulary: TokenVocabulary): Constraint {
  return remembered("regex", pattern, vocabulary, () => {
    const expressions = new Expressions(writtenTokensOf(vocabulary).alphabet);
    const context = {
      expressions,
      write: expressions.character.bind(expressions),
      field: "pattern",
    };
    const root = wholeText(readPattern(pattern, "pattern"), context);
    settle(expressions);
    if (!root.productive) throw unsatisfiable("pattern", "no text matches the regular expression");
    return constraintOf(expressions, root, vocabulary);
  });
}

/**
 * The whole text is the rule `root` of a grammar in GBNF. Throws as `regexConstraint` does; a rule that begins with
 * itself is not supported.
 */
export function grammarConstraint(text: string, vocabulary: TokenVocabulary): Constraint {
  return remembered("grammar", text, vocabulary, () => {
    const expressions = new Expressions(writtenTokensOf(vocabulary).alphabet);
    const { root, rules } = readGrammar(expressions, text);
    settle(expressions);
    const circular = leftRecursion(rules);
    if (circular !== undefined) {
      const hint = "write the repetition with * or +, or the rule so that it begins with a text";
      throw unsupported(`rule ${circular.name}`, "a rule that begins with itself", hint);
    }
    if (!root.productive)
      throw unsatisfiable("rule root", "every way through it leads on without end");
    return constraintOf(expressions, root, vocabulary);
  });
}

/** The whole text is one of these. Throws ConfigError FT-CONSTRAINT-003 where there is none that can be written. */
export function choicesConstraint(
  texts: readonly string[],
  vocabulary: TokenVocabulary,
): Constraint {
  const expressions = new Expressions(writtenTokensOf(vocabulary).alphabet);
  const root = expressions.oneOf(texts);
  settle(expressions);
  if (!root.productive) throw unsatisfiable("choices", "there is no text to choose");
  return constraintOf(expressions, root, vocabulary);
}
