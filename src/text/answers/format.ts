// What an answer is made of, and how a format says which marks a model puts around it. One format is one file in
// formats/; what is done with marks is in reader.ts.
import type { JsonObject, ToolCall } from "../types.ts";
import type { Cursor, Reading } from "./cursor.ts";
import type { Tools } from "./tools.ts";

/** A piece of an answer. Texts of one kind follow each other and are to be joined; a call is told once, whole. */
export type AnswerPart =
  | { readonly kind: "reasoning" | "content"; readonly text: string }
  | { readonly kind: "tool-call"; readonly call: ToolCall };

/** What a mark turned out to begin. */
export type Outcome =
  | { readonly calls: readonly ToolCall[] }
  /** Text of a kind, up to a mark that closes it or to the end. */
  | { readonly section: "reasoning" | "content"; readonly closes?: readonly string[] }
  /** Nothing by itself: left out beside calls, and text if text follows. */
  | "frame";

/** Something that begins with a literal text: what it begins by itself, or how the rest of it is read. */
export interface Mark {
  readonly open: string;
  /** Also within thoughts, which it ends. */
  readonly endsThoughts?: boolean;
  /** Only before anything of the answer was told: later it is more likely something that the answer talks about. */
  readonly isFirst?: boolean;
  readonly read: Outcome | ((cursor: Cursor, tools: Tools) => Reading<Outcome>);
}

/** Literal texts around arguments in JSON, for a decoder that forces a call. */
export interface CallFrame {
  readonly prefix: string;
  readonly suffix: string;
}

/** How a template has its model write what is not plain answer. */
export interface AnswerFormat {
  readonly name: string;
  /** Marks around thoughts; a prompt that ends in the first of a pair lets the model think at once. */
  readonly thoughts: readonly (readonly [open: string, close: string])[];
  readonly marks: readonly Mark[];
  /** Texts of tokens that are no mark of their own and still must be seen, where the tokenizer calls them special. */
  readonly inner?: readonly string[];
  /** Around the arguments of a call, in a format that writes them as JSON. */
  frameOf?(name: string): CallFrame;
}

/** A registered format: how it is known, and what it is. */
export interface FormatEntry {
  readonly format: AnswerFormat;
  /** Whether a template with this source, or a tokenizer with these special tokens, has its model write so. */
  isWrittenBy(source: string, tokens: ReadonlySet<string>): boolean;
}

/** Marks that begin text of a kind. */
export function section(
  kind: "reasoning" | "content",
  open: string,
  closes: readonly string[] = [],
  more: Pick<Mark, "endsThoughts" | "isFirst"> = {},
): Mark {
  return { open, ...more, read: { section: kind, closes } };
}

/** Thoughts between marks that are only meant as such before the answer. A thought may end that the prompt began. */
export function thoughtMarks(thoughts: AnswerFormat["thoughts"]): Mark[] {
  return thoughts.flatMap(([open, close]) => [
    section("reasoning", open, [close], { isFirst: true }),
    section("content", close, [], { isFirst: true }),
  ]);
}

/** A mark that may be left out: around a list of calls, say. */
export function frame(open: string, more: Pick<Mark, "endsThoughts"> = {}): Mark {
  return { open, ...more, read: "frame" };
}

/** A mark that begins calls. */
export function calls(
  open: string,
  read: (cursor: Cursor, tools: Tools) => Reading<readonly ToolCall[]>,
  more: Pick<Mark, "endsThoughts"> = {},
): Mark {
  return {
    open,
    ...more,
    *read(cursor, tools) {
      return { calls: yield* read(cursor, tools) };
    },
  };
}

/** The thoughts of most models. */
export const think = ["<think>", "</think>"] as const;

/** What is known of the functions that a request offers. */
export interface AnswerOptions {
  /** The prompt already opened the model's thoughts: see `opensReasoning`. */
  startsInReasoning?: boolean;
  /** Left out: calls of any name are taken. An empty list: none is, and what looks like a call is content. */
  tools?: readonly JsonObject[];
}
