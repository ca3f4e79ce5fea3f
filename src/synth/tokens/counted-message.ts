// What counting needs of a row's messages, as rows of any form have them. Reads loosely: checking is the profiles' part.

export interface CountedCall {
  readonly id: string | undefined;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
}

export interface CountedMessage {
  readonly role: string;
  readonly content: string;
  readonly name: string | undefined;
  readonly calls: readonly CountedCall[];
  readonly callId: string | undefined;
  readonly weight: number | undefined;
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const textOr = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

/** A text, or the texts of its parts; images and sounds count nothing here. */
export function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => (isObject(part) ? (textOr(part["text"]) ?? "") : "")).join("");
}

function callOf(value: unknown): CountedCall[] {
  if (!isObject(value)) return [];
  const called = isObject(value["function"]) ? value["function"] : value;
  const given = called["arguments"];
  const written = typeof given === "string" ? given : JSON.stringify(given ?? {});
  return [{ id: textOr(value["id"]), name: textOr(called["name"]) ?? "", arguments: written }];
}

/** Names that other forms have for roles (ShareGPT, Gemini). */
const roles: Readonly<Record<string, string>> = {
  human: "user",
  gpt: "assistant",
  model: "assistant",
  function: "tool",
  observation: "tool",
};

export function countedMessage(value: unknown): CountedMessage {
  const message = isObject(value) ? value : {};
  const role = textOr(message["role"]) ?? textOr(message["from"]) ?? "";
  const calls = message["tool_calls"] ?? message["toolCalls"];
  const weight = message["weight"];
  return {
    role: Object.hasOwn(roles, role) ? (roles[role] ?? role) : role,
    content: contentText(message["content"] ?? message["value"] ?? message["parts"]),
    name: textOr(message["name"]),
    calls: Array.isArray(calls) ? calls.flatMap(callOf) : [],
    callId: textOr(message["tool_call_id"]) ?? textOr(message["toolCallId"]),
    weight: typeof weight === "number" ? weight : undefined,
  };
}
