// Options that chat completions and completions share, by OpenAI's names and ranges; a few more by the names that other
// servers have for them. Null is what is left out.
import { randomInt } from "node:crypto";
import { z } from "zod";
import type { AnswerTotals, Sampling } from "../model/messages.ts";

const within = (low: number, high: number): z.ZodNumber =>
  z
    .number()
    .min(low, { error: `must be from ${low} to ${high}` })
    .max(high, {
      error: `must be from ${low} to ${high}`,
    });

const wrongStop = { error: "must be a string or a list of up to 16 strings" };

export const sharedShape = {
  model: z.string().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.int().min(1).max(16, { error: "must be from 1 to 16" }).nullish(),
  stop: z.union([z.string(wrongStop), z.array(z.string(wrongStop), wrongStop).max(16)]).nullish(),
  seed: z.number().refine(Number.isInteger, { error: "must be an integer" }).nullish(),
  temperature: within(0, 2).nullish(),
  top_p: within(0, 1).nullish(),
  top_k: z.int().min(0).nullish(),
  min_p: within(0, 1).nullish(),
  presence_penalty: within(-2, 2).nullish(),
  frequency_penalty: within(-2, 2).nullish(),
  repetition_penalty: z.number().gt(0).max(10).nullish(),
  logit_bias: z
    .record(z.string().regex(/^\d{1,9}$/, { error: "keys must be token ids" }), within(-100, 100))
    .nullish(),
  max_tokens: z.int().positive({ error: "must be greater than 0" }).nullish(),
};

const SharedOptions = z.object(sharedShape);
type SharedOptions = z.infer<typeof SharedOptions>;

/** OpenAI's defaults where nothing is said. */
export function samplingOf(options: SharedOptions): Sampling {
  const bias = Object.entries(options.logit_bias ?? {});
  return {
    temperature: options.temperature ?? 1,
    topP: options.top_p ?? 1,
    topK: options.top_k ?? 0,
    minP: options.min_p ?? 0,
    presencePenalty: options.presence_penalty ?? 0,
    frequencyPenalty: options.frequency_penalty ?? 0,
    repetitionPenalty: options.repetition_penalty ?? 1,
    logitBias: bias.map(([token, value]) => [Number(token), value]),
  };
}

export function stopsOf({ stop }: SharedOptions): string[] {
  return (typeof stop === "string" ? [stop] : (stop ?? [])).filter((text) => text !== "");
}

/** A choice adds its number, and the sum must still be counted exactly. */
const seeds = Number.MAX_SAFE_INTEGER - 1000;

/** One of four billion where none is given: answers differ then. OpenAI's go up to 2^63. */
export function seedOf({ seed }: SharedOptions): number {
  return seed === null || seed === undefined ? randomInt(2 ** 32) : Math.abs(seed) % seeds;
}

export function usageOf(totals: AnswerTotals): object {
  const { promptTokens, cachedTokens, answerTokens, reasoningTokens } = totals;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: answerTokens,
    total_tokens: promptTokens + answerTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  };
}
