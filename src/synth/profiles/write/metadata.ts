import type { DatasetRecord, RecordMessage } from "../../records/record.ts";
// The facts of each row beside the file of rows, in their order: metadata.csv.
import { countedMessage } from "../../tokens/counted-message.ts";
import type { TokenCounter } from "../../tokens/encodings.ts";
import { csvRecord } from "./csv-text.ts";

export const metadataFields = [
  "sample_id",
  "content_preview",
  "token_length",
  "topic_keywords",
  "source_file",
  "split",
  "mode",
  "content",
] as const;

export const metadataHeader = csvRecord(metadataFields);

const previewLength = 200;
const mostKeywords = 5;

const textOf = ({ content }: RecordMessage): string =>
  typeof content === "string" ? content : (content ?? []).map(({ text = "" }) => text).join("");

function preview(messages: readonly RecordMessage[]): string {
  const said = messages.map((message) => `${message.role}: ${textOf(message)}`);
  const text = said.join(" | ").replaceAll(/\s+/g, " ");
  return text.length > previewLength ? `${text.slice(0, previewLength - 1)}…` : text;
}

/** Words of five letters or more that stand most often in what is asked; where meta names none. */
function frequentWords(messages: readonly RecordMessage[]): string[] {
  const counts = new Map<string, number>();
  for (const message of messages) {
    if (message.role !== "user") continue;
    for (const [word] of textOf(message)
      .toLowerCase()
      .matchAll(/\p{L}{5,}/gu))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const byCount = [...counts].toSorted(([a, of], [b, than]) => than - of || (a < b ? -1 : 1));
  return byCount.slice(0, mostKeywords).map(([word]) => word);
}

function keywords({ meta = {}, messages }: DatasetRecord): string {
  const given = meta["topic_keywords"] ?? meta["keywords"] ?? meta["topics"] ?? meta["topic"];
  if (typeof given === "string") return given;
  const words = Array.isArray(given) ? (given as unknown[]).map(String) : frequentWords(messages);
  return words.join("; ");
}

const metaText = ({ meta = {} }: DatasetRecord, key: string): string => {
  const { [key]: value } = meta;
  return typeof value === "string" ? value : "";
};

/** One line of the file. */
export function metadataLine(record: DatasetRecord, counter: TokenCounter): string {
  const messages = [...record.messages, ...(record.preference?.chosen ?? [])];
  const conversation = { messages: messages.map(countedMessage), tools: [...(record.tools ?? [])] };
  return csvRecord([
    record.id,
    preview(messages),
    counter.messages(conversation),
    keywords(record),
    record.source?.file ?? "",
    metaText(record, "split"),
    metaText(record, "mode"),
    messages.map(textOf).join("\n"),
  ]);
}
