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
    .describe("Prompt template; default: the adapter's own, else the model's")
    .register(flags, { short: "t", value: "NAME" }),
  loadIn4bit: z
    .boolean()
    .default(false)
    .describe(
      "Quantize the model to 4 bits while loading: much less memory, slightly less accurate",
    )
    .register(flags, { long: "load-in-4bit" }),
});
