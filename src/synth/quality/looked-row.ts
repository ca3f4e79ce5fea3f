// A row as quality looks at it: its form, its texts with their places, and what is asked and answered in it. Of two
// answers the better one counts: the other may be as bad as it likes.
import type { JsonObject } from "../../text/types.ts";
import { formOf } from "../profiles/forms/index.ts";
import type { RowForm, SeenMessage, SeenRow } from "../profiles/profile.ts";
import { textIn } from "../profiles/rules/contents.ts";
import { fieldOf } from "../profiles/rules/rule.ts";

/** A text of the row, and where it stands. */
export interface RowPart {
  readonly field: string;
  readonly role: string;
  readonly text: string;
}

/** An answer with what was said before it, since the answer before. */
export interface Exchange {
  readonly question: string;
  readonly answer: string;
  /** Of the answer. */
  readonly field: string;
}

export interface LookedRow {
  readonly value: JsonObject;
  /** Undefined where no form knows the row. */
  readonly form: RowForm | undefined;
  readonly seen: SeenRow | undefined;
  readonly parts: readonly RowPart[];
  readonly exchanges: readonly Exchange[];
}

function partOf(message: SeenMessage): RowPart {
  const { role, content } = message.value;
  return {
    field: fieldOf(message, "content"),
    role: typeof role === "string" ? role : "",
    text: textIn(content) ?? "",
  };
}

function exchangesOf(parts: readonly RowPart[]): Exchange[] {
  const found: Exchange[] = [];
  let asked: string[] = [];
  for (const { role, text, field } of parts) {
    if (role === "assistant") {
      found.push({ question: asked.join("\n"), answer: text, field });
      asked = [];
    } else if (role === "user") asked.push(text);
  }
  return found;
}

export function lookAt(value: JsonObject): LookedRow {
  const form = formOf(value);
  const seen = form?.see(value);
  const { messages = [], answers, reference } = seen ?? {};
  const all = [...messages, ...(answers?.[0] ?? []), ...(reference ? [reference] : [])];
  const parts = all.map(partOf);
  return { value, form, seen, parts, exchanges: exchangesOf(parts) };
}
