// What a constrained decoder needs to force a call: texts before and after, and the schema between. Data only; the
// decoding is in generate/.
import type { JsonObject } from "../types.ts";
import type { AnswerFormat } from "./format.ts";
import { functionOf, parametersOf } from "./tools.ts";

/** Which call is forced: any of the tools, or the one of a name. */
export type ToolChoice = "required" | { readonly name: string };

/** One way to call: `prefix`, JSON of the arguments that satisfies `schema`, `suffix`. */
export interface ToolConstraintPart {
  readonly name: string;
  readonly prefix: string;
  readonly schema: JsonObject;
  readonly suffix: string;
}

/**
 * A part for each tool that the choice allows, of which a decoder takes one; empty where no tool has the name.
 * Undefined for formats that do not write JSON.
 */
export function toolConstraintParts(
  format: AnswerFormat,
  tools: readonly JsonObject[],
  choice: ToolChoice,
): ToolConstraintPart[] | undefined {
  const { frameOf } = format;
  if (frameOf === undefined) return undefined;
  const named = tools.map((tool) => ({ tool, name: String(functionOf(tool)["name"]) }));
  return named
    .filter(({ name }) => choice === "required" || choice.name === name)
    .map(({ tool, name }) => ({ name, schema: parametersOf(tool), ...frameOf(name) }));
}
