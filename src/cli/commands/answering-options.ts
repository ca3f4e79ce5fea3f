// What commands that let a model answer all take: the adapter on it, how the conversation reads, how it is loaded.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { GenerateOptions } from "../../generate/options.ts";

export const AnsweringOptions = GenerateOptions.extend({
  adapter: z
    .string()
    .optional()
    .describe(
      "Adapter: its folder, a run's folder (./output), or a checkpoint (./output/checkpoints/best)",
    )
    .register(flags, { value: "FOLDER" }),
  system: z.string().optional().describe("System message").register(flags, { value: "TEXT" }),
  template: z
    .string()
    .optional()
    .describe("How the conversation reads; the adapter's own, else the model's, when not given")
    .register(flags, { short: "t", value: "NAME" }),
  loadIn4bit: z
    .boolean()
    .default(false)
    .describe(
      "Quantize the model to 4 bits while loading: a fraction of the memory, a little less exact",
    )
    .register(flags, { long: "load-in-4bit" }),
});
