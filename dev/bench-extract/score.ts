// Compares what was found in documents with what is known to be there. A turn is right when it begins and ends where
// the known one does, to the character; its role is counted apart.
import type { FoundConversation } from "../../src/synth/identify/types.ts";
import type { GoldDocument } from "./gold.ts";

export interface Score {
  gold: number;
  found: number;
  right: number;
  /** Of the right ones those with the right role. */
  roles: number;
  verbatim: number;
  conversations: number;
  exact: number;
}

export function noScore(): Score {
  return { gold: 0, found: 0, right: 0, roles: 0, verbatim: 0, conversations: 0, exact: 0 };
}

function envelope({ spans }: { readonly spans: readonly (readonly [number, number])[] }): string {
  return `${spans[0]?.[0]}-${spans.at(-1)?.[1]}`;
}

/** Which turns, whatever order they are told in: mail stands newest first. */
function key(
  messages: readonly { readonly spans: readonly (readonly [number, number])[] }[],
): string {
  return messages.map(envelope).sort().join(" ");
}

function isVerbatim(
  text: string,
  { content, spans }: FoundConversation["messages"][number],
): boolean {
  return spans.map(([start, end]) => text.slice(start, end)).join("\n") === content;
}

export function scoreDocument(
  { text, conversations }: GoldDocument,
  found: readonly Pick<FoundConversation, "messages">[],
  score: Score,
): void {
  const known = new Map(
    conversations.flatMap(({ messages }) =>
      messages.map((one) => [envelope(one), one.role] as const),
    ),
  );
  const whole = new Set(conversations.map((one) => key(one.messages)));
  score.gold += known.size;
  score.conversations += conversations.length;
  for (const { messages } of found) {
    if (whole.has(key(messages))) score.exact += 1;
    for (const message of messages) {
      score.found += 1;
      const role = known.get(envelope(message));
      if (role !== undefined) score.right += 1;
      if (role === message.role) score.roles += 1;
      if (isVerbatim(text, message)) score.verbatim += 1;
    }
  }
}

const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);

export function rates(
  score: Score,
): Record<"precision" | "recall" | "f1" | "roles" | "verbatim" | "exact", number> {
  const precision = share(score.right, score.found);
  const recall = share(score.right, score.gold);
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return {
    precision,
    recall,
    f1,
    roles: share(score.roles, score.right),
    verbatim: share(score.verbatim, score.found),
    exact: share(score.exact, score.conversations),
  };
}
