// What a dataset holds, in numbers: rows a format, messages a conversation, lengths in characters.
// Counts tokens nowhere: that needs a tokenizer, and encode.ts does it.
import { textOf } from "../text/conversation.ts";
import type { Sample } from "../text/types.ts";
import { formats } from "./formats/index.ts";
import type { Row } from "./rows.ts";

/** Of what was counted; average, minimum and maximum are 0 when count is. */
export interface LengthSummary {
  count: number;
  average: number;
  minimum: number;
  maximum: number;
}

/** Lengths are in characters (UTF-16 units), messages in messages. */
export interface DataSummary {
  totalItems: number;
  /** Rows of each format that occurs, by its registered name. */
  formatCounts: Record<string, number>;
  messagesFormatCount: number;
  instructionFormatCount: number;
  textFormatCount: number;
  messages: LengthSummary;
  conversationLength: LengthSummary;
  instructionLength: LengthSummary;
  outputLength: LengthSummary;
  textLength: LengthSummary;
}

class Running {
  #count = 0;
  #sum = 0;
  #minimum = Infinity;
  #maximum = 0;

  add(value: number): void {
    this.#count++;
    this.#sum += value;
    this.#minimum = Math.min(this.#minimum, value);
    this.#maximum = Math.max(this.#maximum, value);
  }

  result(): LengthSummary {
    const count = this.#count;
    if (count === 0) return { count, average: 0, minimum: 0, maximum: 0 };
    return { count, average: this.#sum / count, minimum: this.#minimum, maximum: this.#maximum };
  }
}

/** Adds up rows one at a time, so that a file of any size is summed at constant memory. */
export class SummaryBuilder {
  readonly #formatCounts = new Map<string, number>();
  readonly #messages = new Running();
  readonly #conversation = new Running();
  readonly #instruction = new Running();
  readonly #output = new Running();
  readonly #text = new Running();
  #total = 0;
  /** What is counted of each kind beside its rows; nothing of kinds that are not here. */
  readonly #count: { [K in Sample["kind"]]: (sample: Extract<Sample, { kind: K }>) => void } = {
    chat: ({ messages }) => {
      this.#messages.add(messages.length);
      this.#conversation.add(messages.reduce((sum, one) => sum + textOf(one).length, 0));
    },
    instruction: ({ instruction, output }) => {
      this.#instruction.add(instruction.length);
      this.#output.add(output.length);
    },
    text: ({ text }) => this.#text.add(text.length),
  };

  add({ sample, format }: Row): void {
    this.#formatCounts.set(format, (this.#formatCounts.get(format) ?? 0) + 1);
    this.#total++;
    if (Object.hasOwn(this.#count, sample.kind))
      this.#count[sample.kind as Sample["kind"]](sample as never);
  }

  result(): DataSummary {
    const [conversation, instruction, text] = [this.#conversation, this.#instruction, this.#text];
    const counts = [conversation, instruction, text].map((running) => running.result().count);
    const [messagesFormatCount = 0, instructionFormatCount = 0, textFormatCount = 0] = counts;
    return {
      totalItems: this.#total,
      formatCounts: Object.fromEntries(this.#formatCounts),
      messagesFormatCount,
      instructionFormatCount,
      textFormatCount,
      messages: this.#messages.result(),
      conversationLength: conversation.result(),
      instructionLength: instruction.result(),
      outputLength: this.#output.result(),
      textLength: text.result(),
    };
  }
}

export function summarize(rows: Iterable<Row>): DataSummary {
  const builder = new SummaryBuilder();
  for (const row of rows) builder.add(row);
  return builder.result();
}

/**
 * "chat message format (auto-detected)", "MLX text format (override)", or each format with its
 * count.
 */
export function describeFormats(
  summary: Pick<DataSummary, "formatCounts">,
  override: boolean,
): string {
  const how = override ? "override" : "auto-detected";
  const entries = Object.entries(summary.formatCounts);
  const [only] = entries;
  if (only === undefined) return "unknown format";
  if (entries.length === 1) return `${formats.get(only[0]).title} (${how})`;
  const rows = (count: number): string => (count === 1 ? "1 row" : `${count} rows`);
  const parts = entries.map(([name, count]) => `${rows(count)} in ${formats.get(name).title}`);
  return `mixed: ${parts.join(", ")} (${how})`;
}
