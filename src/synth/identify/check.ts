// The last look at every conversation before it leaves: each message is, letter by letter, the slices of the source it
// says it is. Knows nothing of rules; whatever found a conversation, one that fails here is rejected whole.
import type { Span } from "../sources/types.ts";
import type { FoundConversation, FoundMessage } from "./types.ts";

/** The source's text between two places; undefined where there is none. */
export type Slice = (start: number, end: number) => string | undefined;

function isWellFormed(spans: readonly Span[]): boolean {
  let behind = 0;
  for (const [start, end] of spans) {
    if (
      !Number.isSafeInteger(start) ||
      !Number.isSafeInteger(end) ||
      start < behind ||
      end <= start
    )
      return false;
    behind = end;
  }
  return spans.length > 0;
}

/** Half a surrogate pair at its edge would not survive being written. */
function isWhole(text: string): boolean {
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  return !(first >= 0xdc00 && first <= 0xdfff) && !(last >= 0xd800 && last <= 0xdbff);
}

export function isVerbatim(
  { content, spans }: Pick<FoundMessage, "content" | "spans">,
  slice: Slice,
): boolean {
  if (!isWellFormed(spans) || content.trim() === "") return false;
  const slices = spans.map(([start, end]) => slice(start, end));
  return (
    slices.every((text) => text !== undefined && isWhole(text)) && slices.join("\n") === content
  );
}

/** Whether every message is verbatim and no two take the same text. */
export function isVerbatimConversation(
  { messages }: Pick<FoundConversation, "messages">,
  slice: Slice,
): boolean {
  const spans = messages
    .flatMap((message) => message.spans)
    .toSorted((left, right) => left[0] - right[0]);
  return messages.every((message) => isVerbatim(message, slice)) && isWellFormed(spans);
}
