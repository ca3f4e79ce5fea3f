// Answers that must have a form: JSON of a schema, or a call of a tool. From the request to the constraint that the
// engine keeps to, and from the text to what it stands for.
import {
  type Constraint,
  framedJsonConstraint,
  type JsonFrame,
  jsonSchemaConstraint,
  type TokenVocabulary,
} from "../../generate/index.ts";
import type { AnswerForm, CallChoice } from "../../serve/index.ts";
import {
  type AnswerFormat,
  type AnswerPart,
  type ToolChoice,
  toolConstraintParts,
} from "../../text/index.ts";
import type { JsonObject } from "../../text/types.ts";

export interface Forced {
  constraint: Constraint;
  /** The whole answer as parts, where it is not content as it is. */
  read?: (text: string) => AnswerPart[];
}

interface CallFrame extends JsonFrame {
  name: string;
}

/** For formats that do not write arguments as JSON. */
function plainFrame(tool: JsonObject): CallFrame {
  const { name, parameters } = tool["function"] as { name: string; parameters?: unknown };
  const schema = parameters ?? { type: "object", properties: {} };
  return { name, schema, prefix: `{"name": ${JSON.stringify(name)}, "arguments": `, suffix: "}" };
}

function framesOf(
  format: AnswerFormat,
  tools: readonly JsonObject[],
  choice: ToolChoice,
): CallFrame[] {
  const own = toolConstraintParts(format, tools, choice);
  if (own !== undefined) return own;
  const all = tools.map(plainFrame);
  return all.filter(({ name }) => choice === "required" || choice.name === name);
}

/** The frame that was taken, and what stands in it: not all, where the answer was cut. Another text is content. */
function callIn(text: string, frames: readonly CallFrame[]): AnswerPart[] {
  const frame = frames.find(({ prefix }) => text.startsWith(prefix));
  if (frame === undefined) return text === "" ? [] : [{ kind: "content", text }];
  const { name, prefix, suffix } = frame;
  const end = text.endsWith(suffix) ? text.length - suffix.length : text.length;
  return [{ kind: "tool-call", call: { name, arguments: text.slice(prefix.length, end) } }];
}

/** A function that lists no arguments has none. */
function closed(schema: unknown): unknown {
  const { properties, additionalProperties } = schema as JsonObject;
  const isEmpty = properties !== undefined && Object.keys(properties as object).length === 0;
  return isEmpty && additionalProperties === undefined
    ? { ...(schema as JsonObject), additionalProperties: false }
    : schema;
}

/** As it is kept to: a blank before the first word is dropped by some decoders. */
const kept = (frame: CallFrame): CallFrame => ({
  ...frame,
  prefix: frame.prefix.trimStart(),
  schema: closed(frame.schema),
});

/** Throws ConfigError FT-CONSTRAINT-… for a form that nothing has, or that cannot be kept to. */
export function forcedForm(form: AnswerForm, vocabulary: TokenVocabulary): Forced {
  const schema = form.kind === "schema" ? form.schema : { type: "object" };
  return { constraint: jsonSchemaConstraint(schema, vocabulary) };
}

/** Throws as `forcedForm`. */
export function forcedCall(
  choice: ToolChoice,
  tools: readonly JsonObject[],
  format: AnswerFormat,
  vocabulary: TokenVocabulary,
): Forced {
  const frames = framesOf(format, tools, choice).map(kept);
  const constraint = framedJsonConstraint(
    frames.map(({ prefix, schema, suffix }) => ({ prefix, schema, suffix })),
    vocabulary,
  );
  return { constraint, read: (text) => callIn(text, frames) };
}

/** Whether a choice leaves the model no other answer than a call. */
export function isForced(choice: CallChoice): choice is ToolChoice {
  return choice === "required" || typeof choice === "object";
}
