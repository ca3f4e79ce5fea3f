// A row in the few words that a table shows: what is asked first, what is answered last, how long it is. Texts are cut.
import { exchangesIn } from "../../../synth/clean/cleaner.ts";
import { fieldText } from "../../../synth/rows/row-field.ts";
import { saidBy } from "../../../synth/rows/row-text.ts";
import type { JsonObject } from "../../../text/types.ts";

export interface SetLine {
  /** Its place: index of the example, or position in the version. */
  at: number;
  /** Of the example; null for a row of a version. */
  id: number | null;
  asked: string;
  answered: string;
  turns: number;
  characters: number;
  score: number | null;
  status: "active" | "removed";
  topic: string | null;
  split: string | null;
}

const longest = 160;

const cut = (text: string): string => text.slice(0, longest).replaceAll(/\s+/g, " ").trim();

/** A field of the row, or of what is known beside it. */
const known = (content: JsonObject, metadata: JsonObject, name: string): string | null =>
  fieldText(content, name)?.slice(0, 80) ?? fieldText(metadata, name)?.slice(0, 80) ?? null;

export interface BesideLine {
  at: number;
  id: number | null;
  metadata?: JsonObject | undefined;
  score?: number | null;
  status?: SetLine["status"];
}

export function setLine(
  content: JsonObject,
  { at, id, metadata = {}, score = null, status = "active" }: BesideLine,
): SetLine {
  const said = saidBy(content);
  const asked = said.find(({ role }) => role === "user") ?? said[0];
  const answered = said.findLast(({ role }) => role === "assistant");
  return {
    ...{ at, id, score, status },
    asked: cut(asked?.text ?? ""),
    answered: cut(answered?.text ?? ""),
    turns: exchangesIn(said).length,
    characters: said.reduce((sum, { text }) => sum + text.length, 0),
    topic: known(content, metadata, "topic") ?? known(content, metadata, "subdomain"),
    split: known(content, metadata, "split"),
  };
}
