// JSON schemas as constraints: drafts 4 to 2020-12, as far as they can be kept to token by token.
import { Expressions } from "../automata/expressions.ts";
import { settle } from "../automata/settle.ts";
import { constraintOf } from "../constraint.ts";
import { unsatisfiable } from "../problems.ts";
import { remembered } from "../remembered.ts";
import { writtenTokensOf } from "../tokens/written-tokens.ts";
import type { Constraint, TokenVocabulary } from "../types.ts";
import { SchemaCompiler } from "./compiler.ts";
import { requireBounded, SchemaSource } from "./schema.ts";

function compiled(schema: unknown, vocabulary: TokenVocabulary): Constraint {
  const expressions = new Expressions(writtenTokensOf(vocabulary).alphabet);
  const source = new SchemaSource(schema);
  const compiler = new SchemaCompiler(expressions, source);
  const root = compiler.value([source.root]);
  settle(expressions);
  if (!root.productive) {
    const why = compiler.conflicts[0] ?? { path: "#", message: "every value leads on without end" };
    throw unsatisfiable(why.path, why.message);
  }
  return constraintOf(expressions, root, vocabulary);
}

/**
 * The whole text is a JSON value that the schema allows, without white space, with properties in the schema's order.
 * Throws ConfigError with the path of the keyword: FT-CONSTRAINT-001 (not a schema), 002 (not supported), 003 (nothing
 * satisfies it), 004 (too large).
 */
export function jsonSchemaConstraint(schema: unknown, vocabulary: TokenVocabulary): Constraint {
  requireBounded(schema);
  const source = JSON.stringify(schema) ?? "null";
  // As it was sent: nothing but what JSON can say, whoever calls.
  const asSent = (): unknown => JSON.parse(source);
  return remembered("schema", source, vocabulary, () => compiled(asSent(), vocabulary));
}
