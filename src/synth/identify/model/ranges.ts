// What a model is asked and may answer: ranges of the lines it was shown, with roles. Never text: an answer that brings
// any is rejected whole, for nobody could tell a copy from an invention.
import { z } from "zod";

export interface ShownLines {
  /** Number of the first line; the rest count on from it. */
  readonly first: number;
  readonly lines: readonly string[];
}

const messageRange = z.strictObject({
  role: z.enum(["system", "user", "assistant"]),
  /** Numbers of its first and last line. */
  first: z.int().min(1),
  last: z.int().min(1),
});

/** The form of an answer, for providers that constrain answers to a JSON schema. */
export const rangesAnswer = z.strictObject({
  conversations: z.array(z.strictObject({ messages: z.array(messageRange) })),
});

export type RangesAnswer = z.infer<typeof rangesAnswer>;

/** Asks a model. What it gives is looked at before anything is believed. */
export type RangesOf = (shown: ShownLines) => Promise<unknown>;

/** The answer, where it is one: ranges in order, within the lines shown, none overlapping. */
export function readRanges(
  answer: unknown,
  { first, lines }: ShownLines,
): RangesAnswer | undefined {
  const parsed = rangesAnswer.safeParse(answer);
  if (!parsed.success) return undefined;
  let behind = first - 1;
  for (const { messages } of parsed.data.conversations)
    for (const range of messages) {
      if (range.first <= behind || range.last < range.first || range.last >= first + lines.length)
        return undefined;
      behind = range.last;
    }
  return parsed.data;
}
