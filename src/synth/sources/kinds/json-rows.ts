// What rows of JSON hold that is text: conversations in the forms that datasets have, else their texts one by one.
// Which row is which form is seen by its fields alone.
import type { DocumentBuilder } from "../document-builder.ts";
import { beyondLimit } from "../errors.ts";
import type { SaidMessage } from "../types.ts";

type Fields = Readonly<Record<string, unknown>>;
type Role = NonNullable<SaidMessage["role"]>;

interface Said {
  readonly role: Role;
  readonly texts: readonly string[];
}

const roles = new Map<unknown, Role>([
  ["system", "system"],
  ["developer", "system"],
  ["user", "user"],
  ["human", "user"],
  ["prompter", "user"],
  ["assistant", "assistant"],
  ["gpt", "assistant"],
  ["model", "assistant"],
  ["bot", "assistant"],
  ["chatbot", "assistant"],
  ["tool", "tool"],
  ["function", "tool"],
  ["function_response", "tool"],
  ["observation", "tool"],
]);

const asFields = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined;

/** The text of a message: a string, or the parts that are text. */
function textsOf(content: unknown): string[] {
  if (typeof content === "string") return content.trim() === "" ? [] : [content];
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: unknown) => {
    const text = typeof part === "string" ? part : asFields(part)?.["text"];
    return typeof text === "string" && text.trim() !== "" ? [text] : [];
  });
}

function messageOf(value: unknown): Said | undefined {
  const fields = asFields(value);
  const role = roles.get(fields?.["role"] ?? fields?.["from"]);
  if (fields === undefined || role === undefined) return undefined;
  return {
    role,
    texts: textsOf(fields["content"] ?? fields["value"] ?? fields["parts"] ?? fields["text"]),
  };
}

/** A list of messages under any of the names they go by. Undefined where one of them is no message. */
function messagesOf(row: Fields): Said[] | undefined {
  const list = ["messages", "conversations", "conversation", "contents", "dialogue", "turns"]
    .map((name) => row[name])
    .find(Array.isArray);
  if (list === undefined || list.length === 0) return undefined;
  const messages = list.map(messageOf);
  if (messages.includes(undefined)) return undefined;
  const system = textsOf(row["system"]);
  const found = messages as Said[];
  return system.length > 0 ? [{ role: "system", texts: system }, ...found] : found;
}

const pairs: readonly (readonly [asked: string, answered: readonly string[]])[] = [
  ["instruction", ["output", "response"]],
  ["prompt", ["completion", "response", "answer"]],
  ["question", ["answer", "response", "best_answer"]],
  ["Question", ["Answer"]],
  ["input", ["output"]],
  ["query", ["response", "answer"]],
];

/** A question and its answer, by names of fields that datasets have. */
function pairOf(row: Fields): Said[] | undefined {
  for (const [asked, names] of pairs) {
    const question = textsOf(row[asked]);
    const answer = names.map((name) => textsOf(row[name])).find((texts) => texts.length > 0);
    if (question.length === 0 || answer === undefined) continue;
    const more = asked === "instruction" ? textsOf(row["input"]) : [];
    const system = textsOf(row["system"]);
    return [
      ...(system.length > 0 ? [{ role: "system", texts: system } as const] : []),
      { role: "user", texts: [...question, ...more] },
      { role: "assistant", texts: answer },
    ];
  }
  return undefined;
}

/** Every text in a value, in the order in which it stands there. @throws DataError FT-SOURCE-005 beyond `levels`. */
function* stringsIn(value: unknown, levels: number): Generator<string> {
  if (typeof value === "string") {
    if (/\p{L}/u.test(value)) yield value;
  } else if (typeof value === "object" && value !== null) {
    if (levels === 0) throw beyondLimit("lists in lists, too deep");
    for (const inner of Object.values(value)) yield* stringsIn(inner, levels - 1);
  }
}

/**
 * Adds a row to the text. `thread` sets its conversation apart from others. Throws DataError FT-SOURCE-005 for lists in
 * lists deeper than `nesting`.
 */
export function addRow(
  builder: DocumentBuilder,
  value: unknown,
  thread: string,
  nesting: number,
): void {
  const row = asFields(value);
  const said = row === undefined ? undefined : (messagesOf(row) ?? pairOf(row));
  if (said !== undefined) {
    for (const { role, texts } of said) if (texts.length > 0) builder.said(texts, { thread, role });
    return;
  }
  for (const text of stringsIn(value, nesting)) {
    builder.open({ type: "paragraph" });
    builder.verbatim(text.trim());
    builder.close();
  }
}

/** The rows of a document: its list, the one list of rows in it, or all of it as one. */
export function rowsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const fields = asFields(value);
  if (fields === undefined || messagesOf(fields) !== undefined) return [value];
  const lists = Object.values(fields).filter(
    (inner): inner is unknown[] =>
      Array.isArray(inner) && inner.some((one) => asFields(one) !== undefined),
  );
  const [list, ...others] = lists;
  return list !== undefined && others.length === 0 ? list : [value];
}
