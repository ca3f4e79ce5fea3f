// Options of writing text with a model: how much, how it is sampled.
// The sampling itself is elsewhere in this folder.
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
    .default(0)
    .describe("0 takes the likeliest token; higher is more varied"),
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
  seed: z.int().min(0, { error: "must not be negative" }).default(0).describe("Seed of sampling"),
});

export type GenerateOptions = z.infer<typeof GenerateOptions>;
