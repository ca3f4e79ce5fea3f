// ft models info: what a model holds, and whether it can be trained here.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";
import { modelText } from "../render/model-info.ts";
import { revisionOption } from "./revision-option.ts";

export const modelsInfo = defineCommand({
  name: "models info",
  summary: "Show a model's parameters, architecture, precision and files",
  arguments: { model: { about: "Hub id, folder, .gguf file, or builtin/tiny" } },
  options: z.strictObject({
    memory: z
      .boolean()
      .default(false)
      .describe("Show the estimated memory of ft train quick")
      .register(flags, { short: "m" }),
    revision: revisionOption,
  }),
  examples: [
    "ft models info builtin/tiny",
    "ft models info HuggingFaceTB/SmolLM2-135M-Instruct --json",
  ],
  run: async (input, io) => {
    const { modelInfo } = await import("../../app/models/model-info.ts");
    const model = await modelInfo(input.arguments.model ?? "", {
      revision: input.options.revision,
      signal: io.signal,
    });
    io.show(model, () => modelText(model, input.options.memory));
  },
});
