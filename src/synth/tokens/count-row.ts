// Tokens of one row, whatever form it has: a conversation counts as one, everything else as the texts that it holds.
import type { Conversation } from "./chat-forms.ts";
import { countedMessage } from "./counted-message.ts";
import type { TokenCounter } from "./encodings.ts";

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function conversationOf(messages: readonly unknown[], tools: unknown): Conversation {
  return {
    messages: messages.map(countedMessage),
    tools: Array.isArray(tools) ? (tools as unknown[]) : [],
  };
}

/** Messages of a row under any of the names that rows have for them; undefined when it has none. */
function messagesOf(row: Json): Conversation | undefined {
  const { messages, conversations, contents, tools } = row;
  const listed = messages ?? conversations ?? contents;
  return Array.isArray(listed) ? conversationOf(listed as unknown[], tools) : undefined;
}

const answerFields: readonly (readonly string[])[] = [
  ["chosen", "rejected"],
  ["preferred_output", "non_preferred_output"],
];

/** Both sides of a preference: the prompt counts with each, as training reads it with each. */
function preferenceTokens(counter: TokenCounter, row: Json): number | undefined {
  const sides = answerFields.find((fields) => fields.every((field) => Array.isArray(row[field])));
  if (sides === undefined) return undefined;
  const input = isObject(row["input"]) ? row["input"] : row;
  const asked = input["messages"] ?? input["prompt"];
  const prompt = Array.isArray(asked) ? (asked as unknown[]) : [];
  return sides.reduce((sum, side) => {
    const answer = row[side] as unknown[];
    return sum + counter.messages(conversationOf([...prompt, ...answer], input["tools"]));
  }, 0);
}

const textFields = [
  ["text"],
  ["prompt", "completion"],
  ["prompt", "chosen", "rejected"],
  ["instruction", "input", "output"],
  ["question", "answer"],
];

/** Fields that hold what is learned; all texts of a row in a form of its own. */
function textsOf(row: Json): string[] {
  const fields =
    textFields.find((names) => names.some((name) => typeof row[name] === "string")) ??
    Object.keys(row).filter((name) => name !== "id");
  return fields.map((name) => row[name]).filter((value) => typeof value === "string");
}

export function countRow(counter: TokenCounter, row: Json): number {
  const preference = isObject(row["preference"]) ? { ...row, ...row["preference"] } : row;
  const both = preferenceTokens(counter, preference);
  if (both !== undefined) return both;
  const conversation = messagesOf(row);
  if (conversation !== undefined) return counter.messages(conversation);
  return textsOf(row).reduce((sum, text) => sum + counter.text(text), 0);
}
