// What a row says, whatever form it has: the texts that comparing and cleaning look at. Reads loosely: checking rows is
// the profiles' part.
import { contentText, countedMessage } from "../tokens/counted-message.ts";

type Json = Readonly<Record<string, unknown>>;

export interface Said {
  readonly role: string;
  readonly text: string;
}

const listFields = ["messages", "conversations", "contents"] as const;
const sides = ["chosen", "rejected", "preferred_output", "non_preferred_output"] as const;
/** Field → who says it. */
const textFields: Readonly<Record<string, string>> = {
  system: "system",
  text: "text",
  instruction: "user",
  prompt: "user",
  question: "user",
  input: "user",
  completion: "assistant",
  output: "assistant",
  answer: "assistant",
  response: "assistant",
  chosen: "assistant",
  rejected: "assistant",
};

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function saidIn(value: unknown): Said[] {
  if (!Array.isArray(value)) return [];
  return value.map((message) => {
    const { role, content, calls } = countedMessage(message);
    const called = calls.map((call) => `${call.name} ${call.arguments}`);
    return { role, text: [content, ...called].filter((text) => text !== "").join("\n") };
  });
}

function listsOf(row: Json): Said[] {
  const input = isObject(row["input"]) ? saidIn(row["input"]["messages"]) : [];
  const preference = isObject(row["preference"]) ? row["preference"] : {};
  const asked = Array.isArray(row["prompt"]) ? saidIn(row["prompt"]) : [];
  return [
    ...listFields.flatMap((field) => saidIn(row[field])),
    ...[...input, ...asked],
    ...sides.flatMap((side) => saidIn(row[side] ?? preference[side])),
  ];
}

/** Fields of a row in a form of its own: all texts but what says where it comes from. */
const notSaid = new Set(["id", "source", "meta", "metadata", "cluster", "split"]);

/** Everything that a row says, in order, with who says it. */
export function saidBy(row: Json): Said[] {
  const lists = listsOf(row);
  const known = Object.keys(textFields).filter((field) => typeof row[field] === "string");
  if (lists.length > 0 || known.length > 0) {
    const texts = known.map((field) => ({
      role: textFields[field] ?? "text",
      text: contentText(row[field]),
    }));
    return [...texts, ...lists];
  }
  return Object.entries(row)
    .filter(([field, value]) => typeof value === "string" && !notSaid.has(field))
    .map(([, value]) => ({ role: "text", text: value as string }));
}

/** Fields of rows beside their messages that hold or name pictures, sounds and films. */
const mediaFields = ["image", "images", "audio", "audios", "video", "videos"] as const;
const hasText = (part: unknown): boolean =>
  typeof part === "string" || (isObject(part) && typeof part["text"] === "string");

const messageFields = [...listFields, "prompt", ...sides] as const;

/** Adds the parts of messages that are no text. Called for every row of a set: most have none. */
function addMedia(shown: unknown[], messages: unknown): void {
  if (!Array.isArray(messages)) return;
  for (const message of messages) {
    if (!isObject(message)) continue;
    const content = message["content"] ?? message["value"] ?? message["parts"];
    if (!Array.isArray(content)) continue;
    for (const part of content) if (!hasText(part)) shown.push(part);
  }
}

/**
 * What a row shows beside its texts, as JSON text: pictures and the like. Of a row that says nothing in letters, whatever
 * it holds. Two rows of the same texts are the same only when this is the same too; mostly it is empty.
 */
export function shownBy(row: Json, said: readonly Said[]): string {
  if (said.every(({ text }) => text === "")) {
    const held = Object.entries(row).filter(([field]) => !notSaid.has(field));
    return JSON.stringify(held);
  }
  const shown: unknown[] = [];
  for (const field of messageFields) addMedia(shown, row[field]);
  if (isObject(row["input"])) addMedia(shown, row["input"]["messages"]);
  for (const field of mediaFields) if (row[field] !== undefined) shown.push(row[field]);
  return shown.length === 0 ? "" : JSON.stringify(shown);
}
