// Messages of one conversation as its turns: what a speaker says in one go is one turn, whatever the number of messages.
import type { Span } from "../../sources/types.ts";
import type { FoundMessage } from "../types.ts";
import type { Roles } from "./roles.ts";
import type { Said } from "./said.ts";

interface Turn {
  readonly role: FoundMessage["role"];
  readonly name: string | undefined;
  readonly key: string;
  readonly texts: string[];
  readonly spans: Span[];
}

function inOrder(spans: readonly Span[]): boolean {
  return spans.every((span, at) => at === 0 || span[0] >= (spans[at - 1]?.[1] ?? 0));
}

export function turnsOf(messages: readonly Said[], roles: Roles): FoundMessage[] {
  const turns: Turn[] = [];
  for (const { role, name, key, text, spans } of messages) {
    const last = turns.at(-1);
    const its = role ?? roles.get(key) ?? "user";
    const goesOn =
      last?.key === key && last.role === its && inOrder([...last.spans.slice(-1), ...spans]);
    if (goesOn) {
      last.texts.push(text);
      last.spans.push(...spans);
    } else turns.push({ role: its, name, key, texts: [text], spans: [...spans] });
  }
  return turns.map(({ role, name, texts, spans }) => ({
    role,
    content: texts.join("\n"),
    ...(name === undefined ? {} : { name }),
    spans,
  }));
}
