// A made row as a record: what was said, what it rests on, and who made it at what price.
import type { JsonObject } from "../../text/types.ts";
import type { DatasetRecord, RecordMessage } from "../records/record.ts";
import type { GatheredRow } from "./gather.ts";
import type { Passage, RequestParts } from "./plan.ts";

/** Dollars, of billionths. */
export const inDollars = (nano: number): number => nano / 1e9;

export interface MadeBy {
  provider: string;
  parts: RequestParts;
}

const systemMessage = (system: string | undefined): RecordMessage[] =>
  system === undefined ? [] : [{ role: "system", content: system }];

function sourceOf(passage: Passage | undefined): Pick<DatasetRecord, "source"> {
  return passage === undefined ? {} : { source: { file: passage.source, span: passage.span } };
}

export function madeRecord(row: GatheredRow, { provider, parts }: MadeBy): DatasetRecord {
  const { settings, passages } = parts;
  const { key, messages, model, task, cost, tokensIn, tokensOut, repaired, evidence } = row;
  const topic = settings.topics[task.row % Math.max(1, settings.topics.length)];
  const meta: JsonObject = {
    mode: settings.mode,
    origin: "made",
    provider,
    model,
    ...(topic !== undefined && { topic }),
    ...(evidence !== undefined && { evidence: [...evidence] }),
    ...(repaired === true && { repaired }),
    tokensIn,
    tokensOut,
    costUsd: inDollars(cost),
  };
  const passage = task.passage === undefined ? undefined : passages[task.passage];
  return {
    id: key,
    messages: [...systemMessage(settings.system), ...messages],
    ...sourceOf(passage),
    meta,
  };
}
