import type { FoundConversation } from "../../../synth/identify/types.ts";
import { rowKey } from "../../../synth/make/same-rows.ts";
// Conversations that documents already hold, for a set that keeps them all and has the rest made.
import type { DatasetRecord } from "../../../synth/records/record.ts";

/** A found conversation as a record of the set. */
export function foundRecord({
  source,
  messages,
  rule,
  confidence,
}: FoundConversation): DatasetRecord {
  return {
    id: rowKey({ messages }),
    messages,
    source: { file: source },
    meta: { mode: "hybrid", origin: "found", rule, confidence },
  };
}

const shown = 3;
const longest = 600;

/** A few of them as an example for whoever writes the others. */
export function examplesOf(records: readonly DatasetRecord[]): string | undefined {
  const texts = records.map(({ messages }) =>
    messages
      .map(({ role, content }) => `${role}: ${typeof content === "string" ? content : ""}`)
      .join("\n"),
  );
  const short = texts.filter((text) => text.length <= longest).slice(0, shown);
  return short.length === 0 ? undefined : short.join("\n\n---\n\n").replaceAll(/\n{2,}/g, "\n");
}
