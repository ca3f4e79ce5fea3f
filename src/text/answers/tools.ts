// The functions that were offered, and the values of arguments that a format writes as bare text: their schema says
// what kind of value a text is. Checks no call against its schema.
import type { JsonObject } from "../types.ts";
import { NotACall, readAll } from "./cursor.ts";
import { isObject, isShallow, keepsNumbers } from "./json.ts";
import { pythonValue } from "./python.ts";

/** The function itself, of a tool as OpenAI, as Anthropic or as bare functions have it. */
export function functionOf(tool: JsonObject): JsonObject {
  return isObject(tool["function"]) ? tool["function"] : tool;
}

/** The schema of the arguments. */
export function parametersOf(tool: JsonObject): JsonObject {
  const { parameters, input_schema } = functionOf(tool);
  if (isObject(parameters)) return parameters;
  return isObject(input_schema) ? input_schema : { type: "object", properties: {} };
}

const schemaKinds: Readonly<Record<string, (value: unknown) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === "boolean",
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === "number",
  array: (value) => Array.isArray(value),
  object: isObject,
};

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The kinds of value that a schema allows; empty where it does not say, or says it deeper than anybody means. */
function kindsOf(schema: unknown, depth = 0): string[] {
  if (!isObject(schema) || depth > 8) return [];
  const { type } = schema;
  if (typeof type === "string") return [type];
  if (Array.isArray(type)) return type.map(String);
  const choices = [...list(schema["anyOf"]), ...list(schema["oneOf"])];
  if (choices.length > 0) return choices.flatMap((choice) => kindsOf(choice, depth + 1));
  return [...list(schema["enum"]), ...("const" in schema ? [schema["const"]] : [])].map(kindOf);
}

/** The value that a text is in JSON, or in Python; undefined where it is in neither. */
function literal(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return readAll(text.trim(), pythonValue);
  }
}

/** A string in quotes is bare text too, and so are numbers of more digits than one here holds, and endless nesting. */
function isText(text: string, value: unknown): boolean {
  return (
    value === undefined || typeof value === "string" || !keepsNumbers(text) || !isShallow(text)
  );
}

/** What a bare text stands for. Without a schema it is what it would be in JSON or Python, else the text itself. */
export function valueOf(text: string, schema: unknown): unknown {
  const kinds = kindsOf(schema);
  if (kinds.length > 0 && kinds.every((kind) => kind === "string")) return text;
  const value = literal(text);
  if (isText(text, value)) return text;
  return kinds.length === 0 || kinds.some((kind) => schemaKinds[kind]?.(value)) ? value : text;
}

export class Tools {
  readonly #byName: ReadonlyMap<unknown, JsonObject> | undefined;

  /** Without tools any name is known; with an empty list none is. */
  constructor(tools: readonly JsonObject[] | undefined) {
    this.#byName = tools && new Map(tools.map((tool) => [functionOf(tool)["name"], tool]));
  }

  /** The name, if it is one of a function that was offered. */
  known(name: string): string {
    if (name === "" || this.#byName?.has(name) === false) throw new NotACall();
    return name;
  }

  /** Arguments of a function from their texts. */
  arguments(name: string, texts: readonly (readonly [key: string, text: string])[]): JsonObject {
    const tool = this.#byName?.get(name);
    const properties = tool && parametersOf(tool)["properties"];
    const schemas = isObject(properties) ? properties : {};
    return Object.fromEntries(texts.map(([key, text]) => [key, valueOf(text, schemas[key])]));
  }
}
