// What a made row is held to beside its form: the language that was asked for, nothing of the prompt or of another
// document, and a quote that its passage really has.
import type { Span } from "../sources/types.ts";
import { carriedBy } from "./apart.ts";
import { isOtherLanguage } from "./language.ts";
import type { MakeTask, Passage, RequestParts } from "./plan.ts";
import type { FormedRow, Rejection } from "./row-form.ts";

export type Held = { evidence?: Span } | { rejection: Rejection };

/** A quote of fewer characters could stand anywhere. */
const leastQuoted = 12;

const space = /\s/u;

/** A text with single spaces, and where each of its units stood. */
function singleSpaced(text: string): { text: string; places: number[] } {
  const places: number[] = [];
  let kept = "";
  for (let at = 0; at < text.length; at++) {
    const isSpace = space.test(text[at]!);
    if (isSpace && (kept === "" || kept.endsWith(" "))) continue;
    kept += isSpace ? " " : text[at]!;
    places.push(at);
  }
  return { text: kept, places };
}

/**
 * Where a quote stands in a passage, to the letter but for the breaks of lines, as a slice of the passage's source.
 * Undefined where it stands nowhere.
 */
function placeOf(quote: string, { text, span }: Passage): Span | undefined {
  const within = singleSpaced(text);
  const wanted = singleSpaced(quote.trim()).text;
  const at = within.text.indexOf(wanted);
  if (at === -1 || wanted.length < leastQuoted) return undefined;
  const [start, end] = [within.places[at]!, within.places[at + wanted.length - 1]! + 1];
  return [span[0] + start, span[0] + end];
}

/** What the row's language must be; undefined where nobody said: instructions may ask for several. */
function languageFor({ settings }: RequestParts, passage: Passage | undefined): string | undefined {
  if (settings.language !== undefined) return settings.language;
  return settings.instructions === undefined ? passage?.language : undefined;
}

/** Each side is looked at alone: a question in the language asked for may have an answer in another. */
function isInOther({ messages }: FormedRow, wanted: string): boolean {
  return (["user", "assistant"] as const).some((side) =>
    isOtherLanguage(
      messages
        .filter(({ role }) => role === side)
        .map(({ content }) => content)
        .join("\n"),
      wanted,
    ),
  );
}

/** Whether a row of a task counts, and where the quote stands that it rests on. */
export function heldTo(row: FormedRow, task: MakeTask, parts: RequestParts): Held {
  const passage = task.passage === undefined ? undefined : parts.passages[task.passage];
  const language = languageFor(parts, passage);
  if (language !== undefined && isInOther(row, language)) return { rejection: "other_language" };
  const carried = carriedBy(row.messages, passage, parts);
  if (carried !== undefined) return { rejection: carried };
  if (parts.settings.evidence !== true || passage === undefined) return {};
  if (row.evidence === undefined) return { rejection: "no_evidence" };
  const evidence = placeOf(row.evidence, passage);
  return evidence === undefined ? { rejection: "false_evidence" } : { evidence };
}
