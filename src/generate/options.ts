// Options of writing text with a model: how much, how it is sampled.
// And what follows for sampling from what was given; the sampling itself is elsewhere in this folder.
import { z } from "zod";
import { flags } from "../core/flags.ts";

export const GenerateOptions = z.strictObject({
  maxTokens: z
    .int()
    .positive({ error: "must be positive" })
    .default(256)
    .describe("Most tokens to write"),
  temperature: z
    .number()
    .min(0, { error: "must not be negative" })
    .optional()
    .describe(
      "0 takes the likeliest token, higher is more varied (default: 0, or 1 with --top-p or --top-k)",
    ),
  topP: z
    .number()
    .gt(0, { error: "must be above 0" })
    .max(1, { error: "must not be above 1" })
    .default(1)
    .describe("Sample from the likeliest tokens that make up this probability")
    .register(flags, { value: "P" }),
  topK: z
    .int()
    .min(0, { error: "must not be negative" })
    .default(0)
    .describe("Sample from this many likeliest tokens; 0 is all")
    .register(flags, { value: "N" }),
  seed: z
    .int()
    .min(0, { error: "must not be negative" })
    .optional()
    .describe("Seed of sampling (default: 0)"),
});

export type GenerateOptions = z.infer<typeof GenerateOptions>;

export interface Sampling {
  temperature: number;
  topP: number;
  topK: number;
  seed: number;
}

/** How tokens are chosen: asked to cut the choice, a model samples, unless the temperature says otherwise. */
export function samplingFrom({ temperature, topP, topK, seed = 0 }: GenerateOptions): Sampling {
  const isCut = topP < 1 || topK > 0;
  return { temperature: temperature ?? (isCut ? 1 : 0), topP, topK, seed };
}

/** What was given and changes nothing, in words. */
export function unusedSampling(options: GenerateOptions): string[] {
  const { temperature } = samplingFrom(options);
  if (temperature > 0) return [];
  const isCut = options.topP < 1 || options.topK > 0;
  const greedy = "at temperature 0 the likeliest token is taken";
  return [
    ...(isCut ? [`top-p and top-k are not used: ${greedy}`] : []),
    ...(options.seed === undefined || options.seed === 0
      ? []
      : [`the seed is not used: ${greedy}`]),
  ];
}
