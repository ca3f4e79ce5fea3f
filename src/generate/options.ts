// Options of writing text with a model: how much, how it is sampled.
// And what follows for sampling from what was given; the sampling itself is elsewhere in this folder.
import { z } from "zod";
import { flags } from "../core/flags.ts";
import { plainSampling, type SamplingOptions } from "./sampling.ts";

export const GenerateOptions = z.strictObject({
  maxTokens: z
    .int()
    .positive({ error: "must be positive" })
    .default(256)
    .describe("Most tokens to generate"),
  temperature: z
    .number()
    .min(0, { error: "must not be negative" })
    .optional()
    .describe(
      "0 always takes the most likely token, higher values vary more (default: 0, or 1 with --top-p, --top-k or --min-p)",
    ),
  topP: z
    .number()
    .gt(0, { error: "must be above 0" })
    .max(1, { error: "must not be above 1" })
    .default(1)
    .describe("Sample from the most likely tokens that together have this probability")
    .register(flags, { value: "P" }),
  topK: z
    .int()
    .min(0, { error: "must not be negative" })
    .default(0)
    .describe("Sample from this many of the most likely tokens; 0 is all")
    .register(flags, { value: "N" }),
  minP: z
    .number()
    .min(0, { error: "must not be negative" })
    .max(1, { error: "must not be above 1" })
    .default(0)
    .describe("Sample from tokens whose probability is at least this share of the highest")
    .register(flags, { value: "P" }),
  repetitionPenalty: z
    .number()
    .gt(0, { error: "must be above 0" })
    .default(1)
    .describe("Make tokens that are already in the prompt or answer less likely; 1 is off")
    .register(flags, { value: "F" }),
  presencePenalty: z
    .number()
    .min(-2, { error: "must be from -2 to 2" })
    .max(2, { error: "must be from -2 to 2" })
    .default(0)
    .describe("Make tokens that are already in the answer less likely, -2 to 2")
    .register(flags, { value: "X" }),
  frequencyPenalty: z
    .number()
    .min(-2, { error: "must be from -2 to 2" })
    .max(2, { error: "must be from -2 to 2" })
    .default(0)
    .describe("Make tokens less likely each time they occur in the answer, -2 to 2")
    .register(flags, { value: "X" }),
  stop: z
    .array(z.string())
    .default([])
    .describe(
      "Texts that end the answer and are removed from it; a JSON list where they contain commas",
    )
    .register(flags, { value: "TEXT,…" }),
  seed: z
    .int()
    .min(0, { error: "must not be negative" })
    .optional()
    .describe("Seed of sampling (default: 0)"),
});

export type GenerateOptions = z.infer<typeof GenerateOptions>;

/** How tokens are chosen: asked to cut the choice, a model samples, unless the temperature says otherwise. */
export function samplingFrom(options: GenerateOptions): SamplingOptions {
  const { temperature, topP, topK, minP } = options;
  const { repetitionPenalty, presencePenalty, frequencyPenalty } = options;
  const isCut = topP < 1 || topK > 0 || minP > 0;
  return {
    ...plainSampling,
    ...{ temperature: temperature ?? (isCut ? 1 : 0), topP, topK, minP },
    ...{ repetitionPenalty, presencePenalty, frequencyPenalty },
  };
}

/** What was given and changes nothing, in words. */
export function unusedSampling(options: GenerateOptions): string[] {
  const { temperature } = samplingFrom(options);
  if (temperature > 0) return [];
  const cuts = [
    ...(options.topP < 1 ? ["top-p"] : []),
    ...(options.topK > 0 ? ["top-k"] : []),
    ...(options.minP > 0 ? ["min-p"] : []),
  ];
  const greedy = "at temperature 0 the likeliest token is taken";
  return [
    ...cuts.map((cut) => `${cut} is not used: ${greedy}`),
    ...(options.seed === undefined || options.seed === 0
      ? []
      : [`the seed is not used: ${greedy}`]),
  ];
}
