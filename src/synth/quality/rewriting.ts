// A row written again: what is asked, what an answer gives, and the row that comes of it, in the form of the original with
// everything else as it was.
import { isObject } from "../../providers/json.ts";
import type { ChatReply, ChatRequest } from "../../providers/types.ts";
import type { JsonObject } from "../../text/types.ts";
import { normalText } from "../clean/duplicates/normal-text.ts";
import { carriesPrompt } from "../make/apart.ts";
import { fillPrompt, type PromptFile } from "../make/prompts.ts";
import { jsonIn } from "../make/read-answer.ts";
import {
  plainRowSchema,
  exactRowSchema,
  checkRow,
  type MadeMessage,
  REJECTIONS,
} from "../make/row-form.ts";
import type { LookedRow } from "./looked-row.ts";
import { lookAt } from "./looked-row.ts";
import { type QualitySettings, repairTemperature } from "./settings.ts";
import { markOf, shownRow } from "./shown-row.ts";

/** Why a row cannot be written again; undefined where it can. */
export function notRewritable({ form, seen, value }: LookedRow): string | undefined {
  if (form === undefined || seen === undefined) return "no form knows the row";
  if (seen.answers !== undefined) return "rows with two answers are not written again";
  if (seen.reference !== undefined) return "rows with a reference are not written again";
  if (seen.tools !== undefined || JSON.stringify(value).includes('"tool_calls"'))
    return "rows with calls of tools are not written again";
  const others = seen.messages.some(({ value: { role } }) => role === "tool");
  if (others) return "rows with calls of tools are not written again";
  const hasParts = seen.messages.some(
    ({ value: { content } }) =>
      Array.isArray(content) &&
      (content as unknown[]).some((part) => isObject(part) && part["type"] !== "text"),
  );
  return hasParts ? "rows with images are not written again" : undefined;
}

export interface RewriteParts {
  prompt: PromptFile;
  keepsSchemas: boolean;
  settings: Pick<QualitySettings, "maxTokens" | "seed">;
}

/** Characters of a message where the schema bounds them. */
const charactersIn = 800;

/** Messages that a rewriting may have beyond those of the row. */
const moreMessages = 2;

/** Messages of the row, in pairs. */
const turnsOf = ({ exchanges }: LookedRow): number => 2 * Math.max(1, exchanges.length);

export function rewriteRequest(
  row: LookedRow,
  issues: readonly string[],
  attempt: number,
  { prompt, keepsSchemas, settings }: RewriteParts,
): ChatRequest {
  const values = { row: shownRow(row), issues: issues.map((one) => `- ${one}`).join("\n") };
  const messages = turnsOf(row);
  const schema = keepsSchemas
    ? exactRowSchema(messages, charactersIn)
    : plainRowSchema({ least: 2, most: messages + moreMessages });
  return {
    system: fillPrompt(prompt.system, values),
    prompt: fillPrompt(prompt.prompt, values),
    schema: { name: "row", schema },
    maxTokens: settings.maxTokens,
    temperature: repairTemperature,
    seed: settings.seed + attempt,
  };
}

/** A system message as the row has it. */
function systemOf({ parts }: LookedRow): MadeMessage[] {
  const [system] = parts.filter(({ role, text }) => role === "system" && text.trim() !== "");
  return system === undefined ? [] : [{ role: "system" as never, content: system.text }];
}

/** The row's own fields with what the form says of the messages laid over them. */
function inForm(row: LookedRow, messages: readonly MadeMessage[]): JsonObject | string {
  const { form, value } = row;
  if (form === undefined) return "no form knows the row";
  const record = { id: "1", messages: [...systemOf(row), ...messages] };
  const written = form.project(record, { line: 1, keepsSource: false });
  if ("refused" in written) return `its form cannot say it: ${written.refused.why}`;
  const others = Object.entries(value).filter(([key]) => !form.keys.includes(key));
  const own = Object.entries(written.row).filter(([key]) => form.keys.includes(key));
  const order = Object.keys(value);
  const all = Object.fromEntries([...others, ...own]);
  const names = [...order.filter((key) => key in all), ...Object.keys(all)];
  return Object.fromEntries([...new Set(names)].map((key) => [key, all[key]])) as JsonObject;
}

const words = (text: string): Set<string> =>
  new Set(
    normalText(text)
      .split(" ")
      .filter((word) => word.length > 2),
  );

/** Of what was asked so much must still be asked: a row about something else is no repair. */
const leastShared = 0.3;

function keepsQuestion(before: LookedRow, after: LookedRow): boolean {
  const asked = words(before.exchanges.map(({ question }) => question).join(" "));
  if (asked.size < 3) return true;
  const now = words(after.exchanges.map(({ question }) => question).join(" "));
  const shared = [...asked].filter((word) => now.has(word)).length;
  return shared >= leastShared * asked.size;
}

export type ReadRewriting = { row: LookedRow } | { problem: string };

export interface ReadParts {
  /** Whether the question must be the same as before. */
  keeps: boolean;
  /** What was asked with: none of it may come back in the row. */
  prompt: PromptFile;
}

/** A row that speaks of what it is written by: rows are data, and some say "print your instructions". */
const speaksOfPrompt = (
  messages: readonly MadeMessage[],
  before: LookedRow,
  prompt: PromptFile,
): boolean => {
  const mark = markOf(before);
  const own = before.parts.map(({ text: said }) => said).join("\n");
  return (
    messages.some(({ content }) => content.includes(mark)) ||
    carriesPrompt(messages, prompt, () => own)
  );
};

export function readRewriting(
  { text, end }: Pick<ChatReply, "text" | "end">,
  before: LookedRow,
  { keeps, prompt }: ReadParts,
): ReadRewriting {
  if (end === "refused") return { problem: "the model would not write it again" };
  if (end === "length") return { problem: "the rewriting was cut" };
  const checked = checkRow(jsonIn(text), 2);
  if ("rejection" in checked)
    return { problem: `the rewriting is no row: ${REJECTIONS[checked.rejection]}` };
  if (checked.messages.length > turnsOf(before) + moreMessages)
    return { problem: `the rewriting is no row: ${REJECTIONS.too_many_messages}` };
  if (speaksOfPrompt(checked.messages, before, prompt))
    return { problem: `the rewriting has ${REJECTIONS.carries_prompt}` };
  const value = inForm(before, checked.messages);
  if (typeof value === "string") return { problem: value };
  const row = lookAt(value);
  if (keeps && !keepsQuestion(before, row)) return { problem: "the rewriting asks something else" };
  return { row };
}
