// One row: asked for until an answer counts or has been asked for often enough, each time with what was wrong with the
// last. What is asked depends on the task and the answers alone, so that a task begun again pays for nothing twice.
import type { UnitContext } from "../../store/queue/kinds.ts";
import { carriesPrompt } from "../make/apart.ts";
import { type Asking, askPaid } from "../make/ask.ts";
import { readValue } from "../make/read-answer.ts";
import { type MadeMessage, REJECTIONS, type Rejection } from "../make/row-form.ts";
import type { Scenario } from "./draw.ts";
import type { Checked, RowContent } from "./formats.ts";
import { isInOther } from "./languages.ts";
import {
  allowedExchanges,
  type LastAnswer,
  type RowParts,
  rowRequest,
  type RowTask,
  scenarioOf,
} from "./row-request.ts";

export interface GeneratedRow {
  content: RowContent;
  messages: MadeMessage[];
  model: string;
  /** Its JSON was mended. */
  wasRepaired: boolean;
}

export interface Generated {
  scenario: Scenario;
  /** Absent where no answer counted. */
  row: GeneratedRow | undefined;
  /** Why answers did not count, in turn. */
  rejections: Rejection[];
  /** Of all answers, in billionths of a dollar. */
  cost: number;
  tokensIn: number;
  tokensOut: number;
}

function checked(reply: Parameters<typeof readValue>[0], scenario: Scenario, parts: RowParts) {
  const read = readValue(reply, parts.format.marks);
  if ("rejection" in read) return read;
  const row: Checked = parts.format.check(read.value, allowedExchanges(parts, scenario));
  if ("rejection" in row) return row;
  if (isInOther(row.messages, parts.language)) return { rejection: "other_language" as const };
  const { instructions = "", topics } = parts.settings;
  const allowed = (): string => [instructions, ...topics].join("\n");
  if (carriesPrompt(row.messages, parts.prompt, allowed))
    return { rejection: "carries_prompt" as const };
  return { ...row, wasRepaired: read.wasRepaired };
}

/** Throws what `askPaid` throws. */
export async function generateRow(
  task: RowTask,
  parts: RowParts,
  asking: Asking,
  context: UnitContext,
): Promise<Generated> {
  const scenario = scenarioOf(task, parts);
  const told: Generated = {
    scenario,
    row: undefined,
    rejections: [],
    cost: 0,
    tokensIn: 0,
    tokensOut: 0,
  };
  let last: LastAnswer | undefined;
  for (let attempt = 0; attempt < parts.settings.tries; attempt++) {
    const reply = await askPaid(rowRequest(task, attempt, parts, last), asking, context);
    told.cost += reply.cost;
    told.tokensIn += reply.usage?.tokensIn ?? 0;
    told.tokensOut += reply.usage?.tokensOut ?? 0;
    const row = checked(reply, scenario, parts);
    if (!("rejection" in row)) {
      told.row = { ...row, model: reply.model };
      break;
    }
    context.useless(reply.key);
    told.rejections.push(row.rejection);
    last = { problem: REJECTIONS[row.rejection], text: reply.text };
  }
  return told;
}

/** The row as it stands in the set: its fields, and what it is about. */
export function generatedRecord(
  { scenario, row }: { scenario: Scenario; row: GeneratedRow },
  { settings, language }: Pick<RowParts, "settings" | "language">,
  provider: string,
): { content: RowContent; metadata: Record<string, string | number | boolean> } {
  const { system } = settings;
  const content =
    system !== undefined && "messages" in row.content
      ? { messages: [{ role: "system", content: system }, ...row.content.messages] }
      : row.content;
  const { domain, subdomain, values } = scenario;
  const metadata = {
    domain,
    subdomain,
    ...values,
    exchanges: row.messages.length / 2,
    language: language.tag,
    provider,
    model: row.model,
    ...(row.wasRepaired && { repaired: true }),
  };
  return { content, metadata };
}
