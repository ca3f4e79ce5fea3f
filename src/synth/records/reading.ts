// A row of any known form as a record. What the row says and the record has no place for is told; a row that cannot be
// read gives its problems. Reads no files.
import { type FieldProblem, isObject, isPresent } from "../../data/formats/format.ts";
import { type MessageSpelling, parseMessages } from "../../data/formats/messages.ts";
import { parseTools } from "../../data/formats/tool-calls.ts";
import type { JsonObject, Message, ToolCall } from "../../text/types.ts";
import { faultOf } from "../profiles/catalogue.ts";
import { isWrittenObject } from "../profiles/forms/projecting.ts";
import type { Loss, RowForm, SeenMessage, SeenRow } from "../profiles/profile.ts";
import type { Span } from "../sources/types.ts";
import type { DatasetRecord, RecordMessage, RecordSource } from "./record.ts";

export type ReadRecord =
  | { record: DatasetRecord; losses: readonly Loss[] }
  | { problems: readonly FieldProblem[] };

/** Roles as rows of any origin call them. */
const spelling: MessageSpelling = {
  roleKeys: ["role"],
  contentKeys: ["content"],
  roles: {
    system: "system",
    developer: "system",
    user: "user",
    human: "user",
    assistant: "assistant",
    gpt: "assistant",
    model: "assistant",
    tool: "tool",
    function: "tool",
    observation: "tool",
  },
};

const messageKeys = new Set([
  ...["role", "content", "name", "reasoning_content", "reasoning", "thinking", "tool_calls"],
  ...["function_call", "tool_call_id", "weight", "spans", "from", "parts", "value"],
]);

/** JSON text that an object would be written as, as that object: the same call then has one form. */
function plainCall(call: ToolCall): ToolCall {
  const { arguments: given } = call;
  if (typeof given !== "string" || !isWrittenObject(given)) return call;
  return { ...call, arguments: JSON.parse(given) as JsonObject };
}

const isSpan = (value: unknown): value is Span =>
  Array.isArray(value) && value.length === 2 && value.every((one) => Number.isSafeInteger(one));

function recordMessage(message: Message, { value }: SeenMessage): RecordMessage {
  const { spans } = value;
  const calls = message.toolCalls?.map(plainCall);
  return {
    ...message,
    ...(calls !== undefined && { toolCalls: calls }),
    ...(Array.isArray(spans) && spans.every(isSpan) && { spans }),
  };
}

/** A path in what data/formats was given, as a path in the row. */
function placed({ field, message }: FieldProblem, seen: readonly SeenMessage[]): FieldProblem {
  const [, index = "", rest = ""] = /^messages\[(\d+)\](.*)$/s.exec(field) ?? [];
  const at = seen[Number(index)]?.at;
  return index === "" || at === undefined ? { field, message } : { field: `${at}${rest}`, message };
}

type Read = { messages: RecordMessage[] } | { problems: FieldProblem[] };

function readMessages(seen: readonly SeenMessage[]): Read {
  if (seen.length === 0) return { messages: [] };
  const parsed = parseMessages(
    seen.map(({ value }) => value),
    "messages",
    spelling,
  );
  if (!Array.isArray(parsed)) return { problems: parsed.problems.map((one) => placed(one, seen)) };
  return {
    messages: parsed.map((message, index) => recordMessage(message, seen[index] as SeenMessage)),
  };
}

function ignoredIn({ at, value, wasRole }: SeenMessage): Loss[] {
  const keys = Object.keys(value).filter((key) => !messageKeys.has(key) && isPresent(value[key]));
  const unknown = keys.map((key) => ({
    field: `${at}.${key}`,
    why: "a record has no place for it",
  }));
  return wasRole === "developer"
    ? [...unknown, { field: `${at}.role`, why: "developer is read as system" }]
    : unknown;
}

function sourceOf(value: unknown): RecordSource | undefined {
  if (typeof value === "string" && value !== "") return { file: value };
  return isObject(value) && typeof value["file"] === "string"
    ? (value as unknown as RecordSource)
    : undefined;
}

/** Fields of the row beside its messages: its id, its source, and all the rest as meta. */
function ownFields(rest: JsonObject, line: number): Pick<DatasetRecord, "id" | "source" | "meta"> {
  const { id, source: given, meta: said, ...others } = rest;
  const source = sourceOf(given);
  const meta = {
    ...(isObject(said) ? said : isPresent(said) && { meta: said }),
    ...(source === undefined && isPresent(given) && { source: given }),
    ...others,
  };
  const hasMeta = isObject(said) || Object.keys(meta).length > 0;
  return {
    id: typeof id === "string" || typeof id === "number" ? String(id) : String(line),
    ...(source !== undefined && { source }),
    ...(hasMeta && { meta }),
  };
}

/** Codes without which a row is still read as it was meant. */
const harmless = new Set(["extra_key", "system_in_messages", "same_role_twice"]);

function blocking({ sightings }: SeenRow): FieldProblem[] {
  return sightings.filter(
    ({ code }) => !harmless.has(code) && faultOf(code).severity !== "warning",
  );
}

/** The record of a row of `form`; `line`, from 1, is its id where it has none of its own. */
export function readRecord(form: RowForm, row: JsonObject, line: number): ReadRecord {
  const seen = form.see(row);
  const [chosen, rejected] = seen.answers ?? [];
  const said = [...seen.messages, ...(seen.reference === undefined ? [] : [seen.reference])];
  const parts = [said, chosen ?? [], rejected ?? []].map(readMessages);
  const tools = parseTools({
    [seen.tools?.at === "functions" ? "functions" : "tools"]: seen.tools?.value,
  });
  const problems = [
    ...blocking(seen).map(({ field, message }) => ({ field, message })),
    ...[...parts, tools].flatMap((part) => ("problems" in part ? part.problems : [])),
  ];
  if (problems.length > 0) return { problems };
  const [messages = [], good = [], bad = []] = parts.map((part) =>
    "messages" in part ? part.messages : [],
  );
  const all = [...said, ...(chosen ?? []), ...(rejected ?? [])];
  const record: DatasetRecord = {
    ...ownFields(seen.rest ?? {}, line),
    messages,
    ...("value" in tools && tools.value !== undefined && { tools: tools.value }),
    ...(seen.answers !== undefined && { preference: { chosen: good, rejected: bad } }),
  };
  return { record, losses: [...(seen.losses ?? []), ...all.flatMap(ignoredIn)] };
}
