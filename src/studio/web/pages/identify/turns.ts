// A conversation as a person corrects it: every function gives messages as the API takes them, whose words are places in
// the document. Words themselves are nobody's to write here.
import type { components } from "../../api/generated.d.ts";

export type Found = components["schemas"]["ReviewConversation"];
export type Message = Omit<Found["messages"][number], "content">;

export const bare = ({ messages }: Found): Message[] =>
  messages.map(({ role, name, spans }) =>
    name === undefined ? { role, spans } : { role, name, spans },
  );

const other = { user: "assistant", assistant: "user", system: "user", tool: "assistant" } as const;

const changed = (messages: Message[], at: number, change: (one: Message) => Message): Message[] =>
  messages.map((one, index) => (index === at ? change(one) : one));

export const withOtherRole = (found: Found, at: number): Message[] =>
  changed(bare(found), at, (one) => ({ ...one, role: other[one.role] }));

/** Who asked answers, and the other way round. */
export const withRolesSwapped = (found: Found): Message[] =>
  bare(found).map((one) => ({ ...one, role: other[one.role] }));

export const without = (found: Found, at: number): Message[] =>
  bare(found).filter((_, index) => index !== at);

/** What is said before a turn alone. */
export const before = (found: Found, at: number): Message[] => bare(found).slice(0, at);

type Span = [number, number];

/** The message's words are these alone. */
export const withWords = (found: Found, at: number, span: Span): Message[] =>
  changed(bare(found), at, (one) => ({ ...one, spans: [span] }));

/** In two messages of one side, at a place within it. */
export function cutAt(found: Found, at: number, place: number): Message[] | undefined {
  const messages = bare(found);
  const one = messages[at];
  const span = one?.spans.findIndex(([start, end]) => start < place && place < end) ?? -1;
  if (one === undefined || span < 0) return undefined;
  const [start, end] = one.spans[span]!;
  const first = { ...one, spans: [...one.spans.slice(0, span), [start, place] as Span] };
  const second = { ...one, spans: [[place, end] as Span, ...one.spans.slice(span + 1)] };
  return [...messages.slice(0, at), first, second, ...messages.slice(at + 1)];
}

/** One turn fewer: its words go to the one before it. */
export function joinedUp(found: Found, at: number): Message[] | undefined {
  const messages = bare(found);
  const [above, one] = [messages[at - 1], messages[at]];
  if (above === undefined || one === undefined) return undefined;
  const both = { ...above, spans: [...above.spans, ...one.spans] };
  return [...messages.slice(0, at - 1), both, ...messages.slice(at + 1)];
}

export interface Stretch {
  text: string;
  /** Of its first character, in the document. */
  start: number;
}

/** The next beginning of a word behind a place, or before it. */
function wordFrom({ text, start }: Stretch, place: number, step: 1 | -1): number {
  let at = place - start;
  const isBlank = (index: number): boolean => /\s/u.test(text[index] ?? " ");
  if (step === 1) {
    while (at < text.length && !isBlank(at)) at++;
    while (at < text.length && isBlank(at)) at++;
  } else {
    while (at > 0 && isBlank(at - 1)) at--;
    while (at > 0 && !isBlank(at - 1)) at--;
  }
  return start + at;
}

/** The beginning or the end of a message, a word further or nearer. */
export function moved(
  found: Found,
  at: number,
  edge: "begin" | "end",
  step: 1 | -1,
  stretch: Stretch,
): Message[] {
  return changed(bare(found), at, (one) => {
    const spans = one.spans.map(([start, end]): Span => [start, end]);
    const which = edge === "begin" ? 0 : spans.length - 1;
    const [start, end] = spans[which]!;
    spans[which] =
      edge === "begin"
        ? [Math.min(wordFrom(stretch, start, step), end - 1), end]
        : [start, Math.max(wordFrom(stretch, end, step), start + 1)];
    return { ...one, spans };
  });
}
