// Exports of assistants are one list of conversations: each read by itself, so that a large export is never held whole.
import type { SourceInput } from "../reader.ts";
import type { Opening, Spoken } from "./extracted.ts";
import { fieldsOf, type Fields } from "./fields.ts";
import { jsonElements } from "./json-elements.ts";

/** What `read` makes of each conversation of the list, given its number from 1. */
export async function* eachConversation(
  input: SourceInput,
  read: (conversation: Fields, number: number) => Iterable<Spoken | Opening>,
): AsyncGenerator<Spoken | Opening> {
  let number = 0;
  const isList = (path: string): boolean => path === "";
  for await (const { value } of jsonElements(input.texts(), isList, input.limits.nesting)) {
    const conversation = fieldsOf(value);
    if (conversation !== undefined) yield* read(conversation, ++number);
  }
}
