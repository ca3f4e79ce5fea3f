// What a generation job is told: plain JSON that is kept with the job, without any key. Checked here; what only the
// machine can tell (domains, prompts, providers) is looked up by rows-parts.ts.
import { z } from "zod";

export const mostRows = 1_000_000;

/** Value by parameter: what takes the place of the domain's own weights. */
export const ParameterWeights = z.record(
  z.string(),
  z.record(z.string(), z.number().min(0).max(1000)),
);

export const GenerationParameters = z.strictObject({
  /** Key or name. */
  domain: z.string(),
  subdomain: z.string(),
  /** Number of rows to generate in total. */
  count: z.int().min(1).max(mostRows),
  format: z.enum(["chat", "instruction"]).default("chat"),
  /** A tag of BCP 47, or an English name. */
  language: z.string().default("en"),
  seed: z.int().default(0),
  topics: z.array(z.string()).default([]),
  system: z.string().optional(),
  instructions: z.string().optional(),
  temperature: z.number().min(0).max(2).default(0.7),
  maxTokens: z.int().positive().default(4000),
  /** Maximum attempts for a row whose answer is not valid. */
  tries: z.int().min(1).default(3),
  /** Requests made again after a passing failure. */
  retries: z.int().min(0).default(3),
  /** Seconds for one answer. */
  timeout: z.number().positive().default(60),
  /** Requests at once. */
  concurrency: z.int().min(1).max(256).default(5),
  provider: z.string().optional(),
  models: z.array(z.string()).default([]),
  baseUrl: z.string().optional(),
  /** Folder of domains beside those of the program and of FT_HOME. */
  domains: z.string().optional(),
  /** Folder of prompts before the program's own. */
  prompts: z.string().optional(),
  extensions: z.array(z.string()).default([]),
  /** Of values of the domain's parameters; those that are not named keep their own. */
  weights: ParameterWeights.default({}),
  /** Rows after which the job waits until somebody who has looked at them lets it go on. */
  preview: z.int().min(1).max(20).optional(),
  /** Of the dataset. */
  name: z.string().optional(),
  /** By which the same command finds the job again. */
  fingerprint: z.string().optional(),
});

export type GenerationParameters = z.infer<typeof GenerationParameters>;
