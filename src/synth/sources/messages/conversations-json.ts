// Exports of assistants are one list of conversations: each read by itself, so that a large export is never held whole.
import type { SourceInput } from "../reader.ts";
import type { Opening, Spoken } from "./extracted.ts";
import { fieldsOf, type Fields } from "./fields.ts";
import { jsonElements } from "./json-elements.ts";

/** What `read` makes of one conversation, or of each of a list, given its number from 1. */
export async function* eachConversation(
  input: SourceInput,
  read: (conversation: Fields, number: number) => Iterable<Spoken | Opening>,
): AsyncGenerator<Spoken | Opening> {
  let number = 0;
  const alone: Record<string, unknown> = {};
  const isOutermost = (path: string): boolean => path === "";
  const pieces = jsonElements(input.texts(), isOutermost, input.limits.nesting);
  for await (const { kind, path, value } of pieces) {
    const conversation = fieldsOf(value);
    if (kind === "field") alone[path] = value;
    else if (conversation !== undefined) yield* read(conversation, ++number);
  }
  if (Object.keys(alone).length > 0) yield* read(alone, ++number);
}
