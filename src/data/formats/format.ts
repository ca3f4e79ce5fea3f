// What a row format is: how its rows are known, and how one becomes a sample.
// Parsing never throws: it hands back every problem of the row, so that a file is reported once.
import type { ConversationSample, Message } from "../../text/types.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export interface FieldProblem {
  /** Path inside the row, as `messages[1].content`. */
  field: string;
  message: string;
}

/**
 * What a row says, by its kind. `Sample` in text/types.ts has the kinds that are rendered as they are; an objective may
 * bring others.
 */
export interface AnySample {
  readonly kind: string;
}

export type ParsedRow = { sample: AnySample } | { problems: FieldProblem[] };

export interface RowFormat {
  /** As people read it: "Dataset format: chat message format (auto-detected)". */
  readonly title: string;
  /** Whether a row claims this format, however badly it then keeps it. */
  detect(row: JsonObject): boolean;
  parse(row: JsonObject): ParsedRow;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a row has the field: a table of several formats is written with null where a row has none. */
export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** The field as a string that says something, or the problem with it. */
export function filledText(value: unknown, field: string): string | FieldProblem {
  if (value === undefined) return { field, message: "is missing" };
  if (typeof value !== "string")
    return { field, message: `must be a string, not ${kindOf(value)}` };
  return value.trim() === "" ? { field, message: "is empty" } : value;
}

export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** How a chat-shaped format spells its messages: keys, and role names other than our own. */
export interface MessageSpelling {
  roleKeys: readonly string[];
  contentKeys: readonly string[];
  roles: Readonly<Record<string, Message["role"]>>;
}

function firstPresent(row: JsonObject, keys: readonly string[]): string {
  return keys.find((key) => isPresent(row[key])) ?? keys[0] ?? "";
}

/** How OpenAI's rows say that the assistant called a tool, now and formerly. */
const callKeys = ["tool_calls", "function_call"];
const callsUnread = "tool calls are not read yet: write them as text in content";

function saysSomething(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : isPresent(value);
}

function parseMessage(
  value: unknown,
  field: string,
  spelling: MessageSpelling,
): Message | FieldProblem[] {
  if (!isObject(value)) return [{ field, message: `must be an object, not ${kindOf(value)}` }];
  const roleKey = firstPresent(value, spelling.roleKeys);
  const contentKey = firstPresent(value, spelling.contentKeys);
  const problems: FieldProblem[] = [];
  const given = value[roleKey];
  const role =
    typeof given === "string" && Object.hasOwn(spelling.roles, given)
      ? spelling.roles[given]
      : undefined;
  if (role === undefined) {
    const known = Object.keys(spelling.roles).join(", ");
    const said = given === undefined ? "role is missing" : `unknown role ${JSON.stringify(given)}`;
    problems.push({ field: `${field}.${roleKey}`, message: `${said}; roles are ${known}` });
  }
  const calls = callKeys.find((key) => saysSomething(value[key]));
  const content = filledText(value[contentKey], `${field}.${contentKey}`);
  // Left out, what the assistant did would be learned as if it had done nothing.
  if (calls !== undefined) problems.push({ field: `${field}.${calls}`, message: callsUnread });
  else if (typeof content !== "string") problems.push(content);
  const usable = problems.length === 0 && role !== undefined && typeof content === "string";
  return usable ? { role, content } : problems;
}

/** The rules every conversation must keep to be worth training on. */
function roleProblems(messages: readonly Message[], field: string): FieldProblem[] {
  const missing: FieldProblem[] = [];
  const has = (role: Message["role"]): boolean => messages.some((one) => one.role === role);
  if (!has("user")) {
    missing.push({ field, message: "no user message (missing required roles: user)" });
  }
  if (!has("assistant")) {
    const message =
      "no assistant message: nothing to learn from (missing required roles: assistant)";
    missing.push({ field, message });
  }
  return missing;
}

/** Parses a list of messages found under `field` into a conversation. */
export function parseConversation(
  list: unknown,
  field: string,
  spelling: MessageSpelling,
): ParsedRow {
  if (!Array.isArray(list)) {
    return { problems: [{ field, message: `must be a list of messages, not ${kindOf(list)}` }] };
  }
  if (list.length === 0) return { problems: [{ field, message: "is empty" }] };
  const messages: Message[] = [];
  const problems: FieldProblem[] = [];
  for (const [index, item] of list.entries()) {
    const parsed = parseMessage(item, `${field}[${index}]`, spelling);
    if (Array.isArray(parsed)) problems.push(...parsed);
    else messages.push(parsed);
  }
  if (problems.length === 0) problems.push(...roleProblems(messages, field));
  if (problems.length > 0) return { problems };
  const sample: ConversationSample = { kind: "chat", messages };
  return { sample };
}
