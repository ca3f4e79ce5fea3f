// A row as a model is shown it: its messages as JSON between marks that nothing in the row can write, so that no text of
// the row reads as the end of it.
import { createHash } from "node:crypto";
import type { JsonObject } from "../../text/types.ts";
import { textIn } from "../profiles/rules/contents.ts";
import type { LookedRow } from "./looked-row.ts";

/** Longer rows are shown in part. */
const longest = 24_000;

function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor(most / 2);
  const left = text.length - 2 * half;
  return `${text.slice(0, half)} [… ${left} characters left out …] ${text.slice(-half)}`;
}

const called = (value: JsonObject): object =>
  value["tool_calls"] === undefined ? {} : { tool_calls: value["tool_calls"] };

/** What the row says; where no form knows it, the row itself. */
function said({ seen, parts, value }: LookedRow, most: number): unknown {
  if (seen === undefined || parts.length === 0) return cut(JSON.stringify(value), most * 4);
  const shown = (message: { value: JsonObject }): object => {
    const { role, content } = message.value;
    return { role, content: cut(textIn(content) ?? "", most), ...called(message.value) };
  };
  const { messages, answers, reference } = seen;
  const [chosen, rejected] = answers ?? [];
  return {
    messages: messages.map(shown),
    ...(chosen !== undefined && { better_answer: chosen.map(shown) }),
    ...(rejected !== undefined && { worse_answer: rejected.map(shown) }),
    ...(reference !== undefined && { reference: shown(reference) }),
  };
}

function json(row: LookedRow): string {
  const all = row.parts.reduce((sum, { text }) => sum + text.length, 0);
  const most = all <= longest ? longest : Math.ceil(longest / Math.max(1, row.parts.length));
  return JSON.stringify(said(row, most), null, 1);
}

/** The row's words without marks, for comparing two versions. */
export const plainRow = (row: LookedRow): string => json(row);

function markFor(text: string): string {
  let mark = `row-${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;
  while (text.includes(mark)) mark += "-";
  return mark;
}

/** What the row is shown between: nothing of the row says it. */
export const markOf = (row: LookedRow): string => markFor(json(row));

/** Between marks. The same row is always shown in the same way. */
export function shownRow(row: LookedRow): string {
  const text = json(row);
  const mark = markFor(text);
  return `<${mark}>\n${text}\n</${mark}>`;
}
