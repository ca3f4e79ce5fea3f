// What is probably not meant when a template, a tokenizer and rows meet: nothing that is wrong, so nothing is refused.
import { FtError } from "../core/errors.ts";
import { textOf } from "./conversation.ts";
import type { MaskPolicy, Message, Rendered, Sample, Tokenizer } from "./types.ts";

/** What a renderer tells about itself. */
export interface TemplateFacts {
  /** As people call it: "template chatml". */
  title: string;
  /** The text that ends a turn, where the template has one. */
  endMark: string | undefined;
  /** Whether special tokens written in data become control tokens, as in the model's own template. */
  readsMarks: boolean;
  render(sample: Sample, policy: MaskPolicy): Rendered;
  /** What a sample reads like; throws FtError where the template cannot say it. */
  text(sample: Sample): string;
  /** What an answer to a question begins behind. */
  promptText(messages: readonly Message[]): string;
}

function endMarkNotices({ title, endMark }: TemplateFacts, tokenizer: Tokenizer): string[] {
  if (endMark === undefined || tokenizer.tokenToId(endMark) !== undefined) return [];
  return [`${title} ends a turn with ${endMark}, which is not a token of this model`];
}

const exchange: Sample = {
  kind: "chat",
  messages: [
    { role: "user", content: "a" },
    { role: "assistant", content: "b" },
  ],
};

/** Whether an answer teaches a token that ends generating; true where the template takes no such conversation. */
function teachesStop({ render }: TemplateFacts, tokenizer: Tokenizer): boolean {
  try {
    const { ids, weights } = render(exchange, "assistant");
    return ids.some((id, at) => weights[at] !== 0 && tokenizer.stopTokenIds.includes(id));
  } catch (error) {
    if (error instanceof FtError) return true;
    throw error;
  }
}

/** Everything that a sample's own text is made of; a row of plain text may well bring the marks of a template. */
function textsOf(sample: Sample): string[] {
  if (sample.kind === "chat") return sample.messages.map(textOf);
  if (sample.kind !== "instruction") return [];
  return [sample.instruction, sample.input, sample.output];
}

function markNotices(
  { readsMarks }: TemplateFacts,
  marks: readonly string[],
  samples: Iterable<Sample>,
): string[] {
  const held = new Set<string>();
  let rows = 0;
  for (const sample of samples) {
    const texts = textsOf(sample);
    const found = marks.filter((mark) => texts.some((text) => text.includes(mark)));
    for (const mark of found) held.add(mark);
    if (found.length > 0) rows++;
  }
  if (rows === 0) return [];
  const which = [...held].slice(0, 3).join(", ");
  const meaning = readsMarks ? "the model's own template reads them as such" : "they stay text";
  return [
    `${rows === 1 ? "1 row holds" : `${rows} rows hold`} special tokens (${which}): ${meaning}`,
  ];
}

/** One line for each. `samples` are those that the renderer is to render. */
export function noticesOf(
  facts: TemplateFacts,
  tokenizer: Tokenizer,
  samples: Iterable<Sample>,
): string[] {
  const noStop = `${facts.title} teaches no token that ends an answer: the model may not stop by itself`;
  return [
    ...endMarkNotices(facts, tokenizer),
    ...(teachesStop(facts, tokenizer) ? [] : [noStop]),
    ...markNotices(facts, tokenizer.specialContents, samples),
  ];
}
