// Which format a model answers in, found by what its template's source contains; and what follows from the format for
// prompts and tokens. Never by the name of a model.
import { thoughtPairs } from "../reasoning.ts";
import { type AnswerFormat, thoughtMarks } from "./format.ts";
import { hermes } from "./formats/hermes.ts";
import { formats } from "./formats/index.ts";
import { plain } from "./formats/plain.ts";

/** What a renderer and its tokenizer tell of the answers to come. */
export interface TemplateFacts {
  /** The source of the template; undefined for templates that are not Jinja: they ask for no calls. */
  readonly source?: string | undefined;
  /** The tokenizer's special tokens. */
  readonly specialTokens?: readonly string[];
}

/** Thoughts between other marks that the source has. */
function withThoughtsOf(source: string, format: AnswerFormat): AnswerFormat {
  const known = new Set(format.marks.map(({ open }) => open));
  const more = thoughtPairs.filter(([open, close]) => {
    return source.includes(open) && source.includes(close) && !known.has(open);
  });
  if (more.length === 0) return format;
  const marks = [...format.marks, ...thoughtMarks(more)];
  return { ...format, thoughts: [...format.thoughts, ...more], marks };
}

/** The format that the template has its model write; where it shows none, plain text with `<think>`. */
export function answerFormatOf({ source, specialTokens = [] }: TemplateFacts): AnswerFormat {
  if (source === undefined) return plain;
  const tokens = new Set(specialTokens);
  const entry = formats.find(({ isWrittenBy }) => isWrittenBy(source, tokens));
  return withThoughtsOf(source, entry?.format ?? plain);
}

/** Of a model that was told of its tools in words (told-tools.ts), whatever its template. */
export function toldToolsFormat({ source = "" }: TemplateFacts): AnswerFormat {
  return withThoughtsOf(source, hermes.format);
}

/** Whether a prompt ends behind a mark that opens thoughts, so that the answer starts inside. */
export function opensReasoning({ thoughts }: AnswerFormat, prompt: string): boolean {
  const end = prompt.trimEnd();
  return thoughts.some(([open]) => end.endsWith(open));
}

/** Which special tokens a text must show for the format to be read: see `TextStream`. */
export function markTokens(
  { thoughts, marks, inner = [] }: AnswerFormat,
  specialTokens: readonly string[],
): ReadonlySet<string> {
  const texts = [...thoughts.flat(), ...marks.map(({ open }) => open), ...inner];
  return new Set(specialTokens.filter((token) => texts.some((text) => text.includes(token))));
}
