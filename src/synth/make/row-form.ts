// What a made row is: its JSON schema for whoever writes it, and the check of what comes, which says why a row is none.
import { isObject, type JsonObject } from "../../providers/json.ts";

export interface MadeMessage {
  role: "user" | "assistant";
  content: string;
}

/** Messages of a conversation, by the word a person chooses. */
export const LENGTHS = {
  short: { least: 2, most: 3 },
  medium: { least: 4, most: 6 },
  long: { least: 8, most: 12 },
} as const;

export type Length = keyof typeof LENGTHS;

/** Why an answer, or a row of one, does not count. */
export const REJECTIONS = {
  no_json: "no JSON in the answer",
  cut: "the answer ends before its JSON does",
  empty_answer: "an empty answer",
  refused: "the model would not answer",
  not_a_row: "JSON of another form than a row's",
  wrong_turns: "messages that do not take turns from user to assistant",
  too_few_messages: "fewer messages than asked for",
  too_many_messages: "more messages than asked for",
  empty_message: "a message without text",
  echo: "an answer that only repeats the question",
  loops: "a message that says the same over and over",
  broken_text: "characters that are none: a wrong encoding",
  repeated_names: "an object that has a name twice",
  too_long: "more text than fits a row",
  repeated: "the same as a row there already",
  nearly_repeated: "nearly the same as a row there already",
  other_language: "text in another language than asked for",
  no_evidence: "no quote of the document",
  false_evidence: "a quote that is not in the document",
  too_many_rows: "more rows than asked for",
  role_tags: "marks of a chat template, such as <|im_start|>, in a message",
  carries_prompt: "words of the prompt",
  carries_other_document: "words of another document",
  too_few_rows: "fewer rows than asked for",
} as const;

export type Rejection = keyof typeof REJECTIONS;

/** Far beyond any row that can be trained on. */
const mostCharacters = 400_000;

function messageSchema(role: readonly string[], bound: number | undefined): JsonObject {
  const content = bound === undefined ? {} : { minLength: 1, maxLength: bound };
  return {
    type: "object",
    properties: {
      role: { type: "string", enum: role },
      content: { type: "string", ...content },
    },
    required: ["role", "content"],
    additionalProperties: false,
  };
}

export interface RowShape {
  /** Whether a quote of the document goes with it. */
  readonly evidence: boolean;
}

/** The quote comes first: who has found what bears an answer out writes a better one. */
function rowOf(messages: JsonObject, { evidence }: RowShape, bound?: number): JsonObject {
  const length = bound === undefined ? {} : { minLength: 1, maxLength: bound };
  const quote = evidence ? { evidence: { type: "string", ...length } } : {};
  return {
    type: "object",
    properties: { ...quote, messages },
    required: [...Object.keys(quote), "messages"],
    additionalProperties: false,
  };
}

const bare: RowShape = { evidence: false };

/**
 * The schema of a row in the words that every service knows. What it cannot say in them (who speaks when) is said in the
 * prompt and checked after.
 */
export function plainRowSchema(
  { least, most }: { least: number; most: number },
  shape = bare,
): JsonObject {
  const items = messageSchema(["user", "assistant"], undefined);
  return rowOf({ type: "array", items, minItems: least, maxItems: most }, shape);
}

/** The same to the last word, for what keeps to it: turns in order, and messages of bounded length. */
export function exactRowSchema(messages: number, characters: number, shape = bare): JsonObject {
  const prefixItems = Array.from({ length: messages }, (_, at) =>
    messageSchema([at % 2 === 0 ? "user" : "assistant"], characters),
  );
  const turns = { items: false, minItems: messages, maxItems: messages };
  return rowOf({ type: "array", prefixItems, ...turns }, shape, characters);
}

/** Several rows in one answer. */
export const severalRows = (row: JsonObject, count: number): JsonObject => ({
  type: "object",
  properties: { rows: { type: "array", items: row, minItems: count, maxItems: count } },
  required: ["rows"],
  additionalProperties: false,
});

export interface FormedRow {
  messages: MadeMessage[];
  /** What it says the document says; not looked up yet. */
  evidence?: string;
}

export type CheckedRow = FormedRow | { rejection: Rejection };

const isBroken = (text: string): boolean => /\uFFFD|\p{Surrogate}/u.test(text);

/** What begins and ends messages once a template has been filled: in a message it would begin another one. */
const roleTags =
  /<\|(?:im_start|im_end|im_sep|endoftext|begin_of_text|end_of_text|eot_id|eom_id|start_header_id|end_header_id|system|user|assistant|end|start|message|channel|return)\|>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:start|end)_of_turn>/i;

/** Also between signs that are not seen. */
const hasRoleTags = (text: string): boolean => roleTags.test(text.replaceAll(/\p{Cf}/gu, ""));

const plainWords = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Shorter ones repeat themselves by chance. */
const leastWords = 24;

/** Whether less than half of its sequences of four words are new: what small models fall into. */
function isLoop(text: string): boolean {
  const words = plainWords(text);
  if (words.length < leastWords) return false;
  const sequences = words.slice(3).map((_, at) => words.slice(at, at + 4).join(" "));
  return new Set(sequences).size < sequences.length / 2;
}

function isEcho({ content }: MadeMessage, before: MadeMessage | undefined): boolean {
  if (before === undefined) return false;
  return plainWords(content).join(" ") === plainWords(before.content).join(" ");
}

function checkedMessage(value: unknown, role: string): MadeMessage | Rejection {
  if (!isObject(value) || typeof value["content"] !== "string") return "not_a_row";
  if (value["role"] !== "user" && value["role"] !== "assistant") return "not_a_row";
  if (value["role"] !== role) return "wrong_turns";
  const content = value["content"].trim();
  if (content === "") return "empty_message";
  if (hasRoleTags(content)) return "role_tags";
  return isBroken(content) ? "broken_text" : { role: value["role"], content };
}

/** What a value is as a row of at least so many messages. A system message in front is left out. */
export function checkRow(value: unknown, least: number): CheckedRow {
  const all = isObject(value) ? value["messages"] : undefined;
  if (!Array.isArray(all)) return { rejection: "not_a_row" };
  const [first] = all as unknown[];
  const given = isObject(first) && first["role"] === "system" ? all.slice(1) : all;
  const messages: MadeMessage[] = [];
  for (const [at, one] of given.entries()) {
    const message = checkedMessage(one, at % 2 === 0 ? "user" : "assistant");
    if (typeof message === "string") return { rejection: message };
    if (isEcho(message, messages.at(-1))) return { rejection: "echo" };
    if (isLoop(message.content)) return { rejection: "loops" };
    messages.push(message);
  }
  if (messages.length % 2 === 1) return { rejection: "wrong_turns" };
  if (messages.length < Math.max(2, least)) return { rejection: "too_few_messages" };
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  if (characters > mostCharacters) return { rejection: "too_long" };
  const quote = isObject(value) ? value["evidence"] : undefined;
  return { messages, ...(typeof quote === "string" && { evidence: quote }) };
}
