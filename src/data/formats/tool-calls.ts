// What the assistant asks of tools, and which tools there are, as OpenAI, mlx-lm and transformers write them in rows.
import type { JsonObject, ToolCall } from "../../text/types.ts";
import { type FieldProblem, filledText, isObject, isPresent, kindOf } from "./format.ts";
import { jsonProblem, parsedText } from "./json-values.ts";

type Parsed<T> = { value: T } | { problems: FieldProblem[] };

/** An object or its JSON text, which stays as it is written; an empty text is no arguments. */
function argumentsOf(value: unknown, field: string): Parsed<JsonObject | string> {
  if (!isPresent(value) || value === "") return { value: {} };
  const read = typeof value === "string" ? parsedText(value)?.value : value;
  const wrong = isObject(read) ? jsonProblem(read) : "must be an object or the JSON text of one";
  if (wrong !== undefined) return { problems: [{ field, message: wrong }] };
  return { value: typeof value === "string" ? value : (read as JsonObject) };
}

/** `{id?, function: {name, arguments}}`, or the inner object alone. */
function parseCall(value: unknown, field: string): Parsed<ToolCall> {
  if (!isObject(value)) {
    return { problems: [{ field, message: `must be an object, not ${kindOf(value)}` }] };
  }
  const [inner, at] = isObject(value.function)
    ? [value.function, `${field}.function`]
    : [value, field];
  const name = filledText(inner.name, `${at}.name`);
  const given = argumentsOf(inner.arguments, `${at}.arguments`);
  if (typeof name !== "string" || "problems" in given) {
    const named = typeof name === "string" ? [] : [name];
    return { problems: [...named, ...("problems" in given ? given.problems : [])] };
  }
  const id = isPresent(value.id) ? { id: String(value.id) } : {};
  return { value: { ...id, name, arguments: given.value } };
}

/** `tool_calls`, or `function_call` as OpenAI formerly had it; undefined when the message has neither. */
export function parseCalls(message: JsonObject, field: string): Parsed<ToolCall[] | undefined> {
  const { tool_calls: calls, function_call: former } = message;
  if (!isPresent(calls) && isPresent(former)) {
    const call = parseCall(former, `${field}.function_call`);
    return "problems" in call ? call : { value: [call.value] };
  }
  if (!isPresent(calls)) return { value: undefined };
  const at = `${field}.tool_calls`;
  if (!Array.isArray(calls)) {
    const message = `must be a list of calls, not ${kindOf(calls)}`;
    return { problems: [{ field: at, message }] };
  }
  const parsed = calls.map((call, index) => parseCall(call, `${at}[${index}]`));
  const problems = parsed.flatMap((one) => ("problems" in one ? one.problems : []));
  if (problems.length > 0) return { problems };
  const value = parsed.flatMap((one) => ("value" in one ? [one.value] : []));
  return { value: value.length > 0 ? value : undefined };
}

function listOf(value: unknown): unknown[] | undefined {
  const read = typeof value === "string" ? parsedText(value)?.value : value;
  return Array.isArray(read) ? (read as unknown[]) : undefined;
}

/** A row's `tools`, a list or its JSON text, or `functions` as OpenAI formerly had it. */
export function parseTools(row: JsonObject): Parsed<JsonObject[] | undefined> {
  const field = isPresent(row.tools) ? "tools" : "functions";
  const given = row[field];
  if (!isPresent(given) || given === "") return { value: undefined };
  const list = listOf(given);
  if (list === undefined) {
    return { problems: [{ field, message: "must be a list of tools or the JSON text of one" }] };
  }
  const problems = list.flatMap((tool, at): FieldProblem[] => {
    const message = isObject(tool) ? jsonProblem(tool) : `must be an object, not ${kindOf(tool)}`;
    return message === undefined ? [] : [{ field: `${field}[${at}]`, message }];
  });
  if (problems.length > 0) return { problems };
  const tools = (list as JsonObject[]).map((tool) =>
    field === "tools" ? tool : { type: "function", function: tool },
  );
  return { value: tools.length > 0 ? tools : undefined };
}
