// What the config.yaml of a folder may say of the datasets that are made there. The only list of its keys; which option
// of a command each stands for is options.ts.
import { z } from "zod";
import { LENGTHS, type Length } from "../../../synth/make/row-form.ts";
import { VARIETIES } from "../../../synth/make/variety.ts";

const lengths = Object.keys(LENGTHS) as [Length, ...Length[]];

const Dataset = z.strictObject({
  size: z.int().positive().default(100).describe("Rows that a set shall have"),
  output_name: z
    .string()
    .regex(/^[\w.-]+$/, "letters, digits, '-', '_' and '.'")
    .default("dataset")
    .describe("Rows go to output_datasets/NAME/rows.jsonl"),
});

const Create = z.strictObject({
  temperature: z.number().min(0).max(2).default(0.7).describe("0: the likeliest words"),
  variety: z
    .enum(VARIETIES)
    .default("medium")
    .describe("How much the questions and the people who ask them differ"),
  focus_topics: z.array(z.string()).default([]).describe("What to take up, each row the next"),
  length: z.enum(lengths).default("short").describe("Messages of a row: 2, 4 to 6, or 8 to 12"),
});

const Identify = z.strictObject({
  min_turns: z.int().min(1).default(2).describe("Leave out conversations of fewer messages"),
  confidence_threshold: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe("Leave out conversations with a lower confidence"),
});

const Split = z.strictObject({
  ratio: z.number().gt(0).lt(1).default(0.8).describe("Share for training; the rest validates"),
  weight_by: z
    .string()
    .nullable()
    .default(null)
    .describe("Split each value of this field separately: source, topic, meta.language"),
});

const System = z.strictObject({
  max_retries: z.int().min(0).default(3).describe("Requests made again after one failed"),
  timeout: z.number().positive().default(60).describe("Maximum seconds for one answer"),
  max_concurrent: z.int().min(1).max(256).default(5).describe("Maximum requests at the same time"),
});

export const Project = z.strictObject({
  provider: z
    .string()
    .default("auto")
    .describe(
      "Who writes; auto: Gemini where its key is, else Ollama where it runs, else the local engine",
    ),
  model: z
    .string()
    .nullable()
    .default(null)
    .describe("Its model; null takes the provider's usual one"),
  dataset: Dataset.prefault({}),
  agent: z
    .strictObject({ create: Create.prefault({}), identify: Identify.prefault({}) })
    .prefault({}),
  split: Split.prefault({}),
  system: System.prefault({}),
});

export type Project = z.infer<typeof Project>;
