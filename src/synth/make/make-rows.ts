// One task: asks until it has its rows or has tried often enough. What it asks depends on the task alone, so that a
// task begun again finds its answers in the ledger and pays for none of them twice.
import type { UnitContext } from "../../store/queue/kinds.ts";
import type { Span } from "../sources/types.ts";
import { type Asking, askPaid, type PaidReply } from "./ask.ts";
import { heldTo } from "./held-to.ts";
import { type MakeTask, type RequestParts, requestOf } from "./plan.ts";
import { type ReadAnswer, readAnswer } from "./read-answer.ts";
import { LENGTHS, type MadeMessage, type Rejection } from "./row-form.ts";
import { rowKey } from "./same-rows.ts";

export interface MadeRow {
  messages: MadeMessage[];
  /** Where the quote stands in the document that bears it out. */
  evidence?: Span;
  model: string;
  /** Its part of the answer it came in, in billionths of a dollar. */
  cost: number;
  tokensIn: number;
  tokensOut: number;
  /** Its JSON was mended. */
  repaired?: true;
}

/** What a unit gives: plain JSON. */
export interface MadeRows {
  rows: MadeRow[];
  rejected: Partial<Record<Rejection, number>>;
}

function count(rejected: MadeRows["rejected"], rejection: Rejection): void {
  rejected[rejection] = (rejected[rejection] ?? 0) + 1;
}

/** What each row of an answer has of it. */
function shareOf(
  reply: PaidReply,
  { rows, wasRepaired }: ReadAnswer,
): Omit<MadeRow, "messages" | "evidence"> {
  const share = (whole: number): number => Math.round(whole / rows.length);
  const { model, cost, usage } = reply;
  return {
    model,
    cost: share(cost),
    tokensIn: share(usage?.tokensIn ?? 0),
    tokensOut: share(usage?.tokensOut ?? 0),
    ...(wasRepaired && { repaired: true }),
  };
}

/** Throws what `askPaid` throws. */
export async function makeRows(
  task: MakeTask,
  parts: RequestParts,
  asking: Asking,
  context: UnitContext,
): Promise<MadeRows> {
  const { least } = LENGTHS[parts.settings.length];
  const made: MadeRows = { rows: [], rejected: {} };
  const known = new Set<string>();
  for (let attempt = 0; attempt < parts.settings.tries; attempt++) {
    const reply = await askPaid(requestOf(task, attempt, parts), asking, context);
    const read = readAnswer(reply, least);
    for (const rejection of read.rejections) count(made.rejected, rejection);
    const of = shareOf(reply, read);
    const before = made.rows.length;
    for (const row of read.rows) {
      const held = heldTo(row, task, parts);
      const key = rowKey(row);
      if ("rejection" in held) count(made.rejected, held.rejection);
      else if (known.has(key)) count(made.rejected, "repeated");
      // a document that asks for fifty rows shall not crowd the others out
      else if (made.rows.length >= task.rows) count(made.rejected, "too_many_rows");
      else made.rows.push({ messages: row.messages, ...held, ...of });
      known.add(key);
    }
    if (made.rows.length === before) context.useless(reply.key);
    if (made.rows.length >= task.rows) break;
    if (read.rows.length > 0) count(made.rejected, "too_few_rows");
  }
  return made;
}
