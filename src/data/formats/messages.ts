// Lists of messages, which several formats have under keys of their own: every problem of every message is found.
import type { ContentPart, ConversationSample, JsonObject, Message } from "../../text/types.ts";
import {
  type FieldProblem,
  filledText,
  isObject,
  isPresent,
  kindOf,
  type ParsedRow,
} from "./format.ts";
import { jsonProblem } from "./json-values.ts";
import { parseCalls, parseTools } from "./tool-calls.ts";

/** How a chat-shaped format spells its messages: keys, and role names other than our own. */
export interface MessageSpelling {
  roleKeys: readonly string[];
  contentKeys: readonly string[];
  roles: Readonly<Record<string, Message["role"]>>;
}

/** Where a message's reasoning stands: as transformers, OpenAI-shaped servers and older templates name it. */
const reasoningKeys = ["reasoning_content", "reasoning", "thinking"];

/** Gathers what is wrong with a message while its parts are read. */
class MessageReader {
  readonly problems: FieldProblem[] = [];
  readonly #message: JsonObject;
  readonly #field: string;

  constructor(message: JsonObject, field: string) {
    this.#message = message;
    this.#field = field;
  }

  problem(key: string, message: string): undefined {
    this.problems.push({ field: `${this.#field}.${key}`, message });
  }

  /** The first of `keys` that the message has. */
  key(keys: readonly string[]): string {
    return keys.find((key) => isPresent(this.#message[key])) ?? keys[0] ?? "";
  }

  role({ roleKeys, roles }: MessageSpelling): Message["role"] | undefined {
    const key = this.key(roleKeys);
    const given = this.#message[key];
    if (typeof given === "string" && Object.hasOwn(roles, given)) return roles[given];
    const said = given === undefined ? "role is missing" : `unknown role ${JSON.stringify(given)}`;
    return this.problem(key, `${said}; roles are ${Object.keys(roles).join(", ")}`);
  }

  calls(): Message["toolCalls"] {
    const parsed = parseCalls(this.#message, this.#field);
    if ("value" in parsed) return parsed.value;
    this.problems.push(...parsed.problems);
    return undefined;
  }

  /** May be left out or empty where `isOptional`. */
  content(key: string, isOptional: boolean): Message["content"] {
    const given = this.#message[key];
    if (isOptional && (!isPresent(given) || given === "")) return given === "" ? "" : undefined;
    if (Array.isArray(given)) return this.#parts(given, key);
    const text = filledText(given, `${this.#field}.${key}`);
    if (typeof text === "string") return text;
    this.problems.push(text);
    return undefined;
  }

  #parts(list: readonly unknown[], key: string): ContentPart[] | undefined {
    if (list.length === 0) return this.problem(key, "is empty");
    for (const [at, part] of list.entries()) {
      const wrong = partProblem(part);
      if (wrong !== undefined) this.problem(`${key}[${at}]${wrong.key}`, wrong.message);
    }
    const parts = list as ContentPart[];
    const isBlank = parts.every((part) => part?.type === "text" && part.text?.trim() === "");
    return isBlank ? this.problem(key, "is empty") : parts;
  }

  /** A text that says something; absent when empty. */
  text(key: string): string | undefined {
    const given = this.#message[key];
    if (!isPresent(given) || given === "") return undefined;
    if (typeof given === "string") return given;
    return this.problem(key, `must be a string, not ${kindOf(given)}`);
  }

  callId(): string | undefined {
    const given = this.#message.tool_call_id;
    return isPresent(given) ? String(given) : undefined;
  }

  weight(): number | undefined {
    const given = this.#message.weight;
    if (!isPresent(given)) return undefined;
    // as a loss counts it, in 32 bits: 1e999 and 1e39 are infinite there
    if (typeof given === "number" && given >= 0 && Number.isFinite(Math.fround(given)))
      return given;
    const said = typeof given === "number" ? String(given) : JSON.stringify(given);
    return this.problem("weight", `must be a number from 0 on, not ${said}`);
  }
}

function partProblem(part: unknown): { key: string; message: string } | undefined {
  if (!isObject(part)) return { key: "", message: `must be an object, not ${kindOf(part)}` };
  if (typeof part.type !== "string") {
    return { key: ".type", message: "must say what kind of part it is, as text or image_url" };
  }
  if (part.type === "text" && typeof part.text !== "string") {
    return { key: ".text", message: `must be a string, not ${kindOf(part.text)}` };
  }
  const message = jsonProblem(part);
  return message === undefined ? undefined : { key: "", message };
}

/** What only an assistant message has. */
function assistantOnly(reader: MessageReader, role: Message["role"], found: JsonObject): void {
  if (role === "assistant") return;
  const reasoning = reader.key(reasoningKeys);
  const keys = {
    toolCalls: reader.key(["tool_calls", "function_call"]),
    reasoning,
    weight: "weight",
  };
  for (const [name, key] of Object.entries(keys)) {
    if (found[name] !== undefined)
      reader.problem(key, `only assistant messages have it, not a ${role} message`);
  }
}

function isOfCalls({ field }: FieldProblem): boolean {
  return /\.(tool_calls|function_call)\b/.test(field);
}

function parseMessage(
  value: unknown,
  field: string,
  spelling: MessageSpelling,
): Message | FieldProblem[] {
  if (!isObject(value)) return [{ field, message: `must be an object, not ${kindOf(value)}` }];
  const reader = new MessageReader(value, field);
  const role = reader.role(spelling);
  const toolCalls = reader.calls();
  const asksForTools = toolCalls !== undefined || reader.problems.some(isOfCalls);
  const content = reader.content(reader.key(spelling.contentKeys), asksForTools);
  const reasoning = reader.text(reader.key(reasoningKeys));
  const weight = reader.weight();
  const name = reader.text("name");
  const toolCallId = role === "tool" ? reader.callId() : undefined;
  if (role !== undefined) assistantOnly(reader, role, { toolCalls, reasoning, weight });
  if (reader.problems.length > 0 || role === undefined) return reader.problems;
  return {
    role,
    ...(content !== undefined && { content }),
    ...(name !== undefined && { name }),
    ...(reasoning !== undefined && { reasoning }),
    ...(toolCalls !== undefined && { toolCalls }),
    ...(toolCallId !== undefined && { toolCallId }),
    ...(weight !== undefined && { weight }),
  };
}

/**
 * A message that was found in a document (it has its places there) without the name of who spoke: that is a fact of the
 * source, as the places are, and said to nobody. A tool's name tells which call it answers.
 */
function withoutSource(message: Message, found: unknown): Message {
  if (!isObject(found) || !Array.isArray(found["spans"]) || message.role === "tool") return message;
  const { name: _speaker, ...said } = message;
  return said;
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

/** The messages of a list found under `field`, or everything that is wrong with them. */
export function parseMessages(
  list: unknown,
  field: string,
  spelling: MessageSpelling,
): Message[] | { problems: FieldProblem[] } {
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
  return problems.length > 0 ? { problems } : messages;
}

/** Parses a list of messages found under `field` into a conversation, with the tools that `row` lists. */
export function parseConversation(
  list: unknown,
  field: string,
  spelling: MessageSpelling,
  row: JsonObject,
): ParsedRow {
  const messages = parseMessages(list, field, spelling);
  const tools = parseTools(row);
  const problems = [messages, tools].flatMap((one) => ("problems" in one ? one.problems : []));
  if (problems.length === 0) problems.push(...roleProblems(messages as Message[], field));
  if (problems.length > 0 || "problems" in messages || "problems" in tools) return { problems };
  const known = tools.value === undefined ? {} : { tools: tools.value };
  const places = Array.isArray(list) ? (list as readonly unknown[]) : [];
  const said = messages.map((message, at) => withoutSource(message, places[at]));
  const sample: ConversationSample = { kind: "chat", messages: said, ...known };
  return { sample };
}
