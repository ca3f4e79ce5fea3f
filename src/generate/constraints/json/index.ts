// JSON schemas as constraints: drafts 4 to 2020-12, as far as they can be kept to token by token.
import { type Expression, Expressions } from "../automata/expressions.ts";
import { settle } from "../automata/settle.ts";
import { constraintOf } from "../constraint.ts";
import { unsatisfiable } from "../problems.ts";
import { remembered } from "../remembered.ts";
import { writtenTokensOf } from "../tokens/written-tokens.ts";
import type { Constraint, TokenVocabulary } from "../types.ts";
import { SchemaCompiler } from "./compiler.ts";
import { requireBounded, SchemaSource } from "./schema.ts";

/** Literal texts around a JSON value that a schema allows. */
export interface JsonFrame {
  readonly prefix: string;
  readonly schema: unknown;
  readonly suffix: string;
}

/** Each schema is a document of its own: its references are within it. */
function framed(expressions: Expressions, { prefix, schema, suffix }: JsonFrame): Expression {
  const source = new SchemaSource(schema);
  const compiler = new SchemaCompiler(expressions, source);
  const value = compiler.value([source.root]);
  settle(expressions);
  if (value.productive)
    return expressions.sequence(expressions.text(prefix), value, expressions.text(suffix));
  const why = compiler.conflicts[0] ?? { path: "#", message: "every value leads on without end" };
  throw unsatisfiable(why.path, why.message);
}

function compiled(frames: readonly JsonFrame[], vocabulary: TokenVocabulary): Constraint {
  const expressions = new Expressions(writtenTokensOf(vocabulary).alphabet);
  const root = expressions.choice(frames.map((frame) => framed(expressions, frame)));
  settle(expressions);
  if (!root.productive) throw unsatisfiable("choices", "there is nothing to choose from");
  return constraintOf(expressions, root, vocabulary);
}

/**
 * The whole text is a JSON value that the schema allows, without white space, with properties in the schema's order.
 * Throws ConfigError with the path of the keyword: FT-CONSTRAINT-001 (not a schema), 002 (not supported), 003 (nothing
 * satisfies it), 004 (too large).
 */
export function jsonSchemaConstraint(schema: unknown, vocabulary: TokenVocabulary): Constraint {
  return framedJsonConstraint([{ prefix: "", schema, suffix: "" }], vocabulary);
}

/** The whole text is one of the frames around such a value. Throws as `jsonSchemaConstraint` does. */
export function framedJsonConstraint(
  frames: readonly JsonFrame[],
  vocabulary: TokenVocabulary,
): Constraint {
  for (const { schema } of frames) requireBounded(schema);
  const source = JSON.stringify(
    frames.map((frame) => ({ ...frame, schema: frame.schema ?? null })),
  );
  // As it was sent: nothing but what JSON can say, whoever calls.
  const asSent = (): JsonFrame[] => JSON.parse(source) as JsonFrame[];
  return remembered("schema", source, vocabulary, () => compiled(asSent(), vocabulary));
}
