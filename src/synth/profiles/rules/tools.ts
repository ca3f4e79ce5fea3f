// The tools that a row lists: names, and parameters that are JSON Schemas of objects.
import { Ajv } from "ajv";
import { isObject, isPresent, kindOf } from "../../../data/formats/format.ts";
import type { JsonObject } from "../../../text/types.ts";
import type { Sighting } from "../profile.ts";
import { toolName } from "./calls.ts";
import type { Looked } from "./rule.ts";

let schemas: Ajv | undefined;

/** What is wrong with a schema by draft 7, or undefined. */
function schemaProblem(schema: unknown): string | undefined {
  if (!isObject(schema)) return `must be an object, not ${kindOf(schema)}`;
  if (schema["type"] !== undefined && schema["type"] !== "object")
    return `must be of type object, not ${JSON.stringify(schema["type"])}`;
  schemas ??= new Ajv({ strict: false, validateFormats: false, logger: false });
  try {
    const { $schema: _, ...plain } = schema;
    if (schemas.validateSchema(plain) === true) return undefined;
    const [first] = schemas.errors ?? [];
    return `is not a JSON Schema: ${first?.instancePath ?? ""} ${first?.message ?? ""}`;
  } catch (error) {
    return `is not a JSON Schema: ${String(error)}`;
  }
}

function* tool(given: JsonObject, field: string): Generator<Sighting> {
  const inner = isObject(given["function"]) ? given["function"] : given;
  const at = inner === given ? field : `${field}.function`;
  const { name, parameters } = inner;
  if (typeof name !== "string" || !toolName.test(name))
    yield {
      code: "bad_tool_name",
      field: `${at}.name`,
      message: `${JSON.stringify(name)} is not a valid tool name`,
    };
  const problem = isPresent(parameters) ? schemaProblem(parameters) : undefined;
  if (problem !== undefined)
    yield { code: "bad_tool_schema", field: `${at}.parameters`, message: `parameters ${problem}` };
}

function parsedList(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

export function* tools({ seen }: Looked): Generator<Sighting> {
  if (seen.tools === undefined || !isPresent(seen.tools.value)) return;
  const { at, value } = seen.tools;
  const list = parsedList(value);
  if (!Array.isArray(list)) {
    yield { code: "field_type", field: at, message: `${at} must be a list, not ${kindOf(value)}` };
    return;
  }
  for (const [index, given] of (list as unknown[]).entries()) {
    const field = `${at}[${index}]`;
    if (isObject(given)) yield* tool(given, field);
    else
      yield {
        code: "field_type",
        field,
        message: `${field} must be an object, not ${kindOf(given)}`,
      };
  }
}
