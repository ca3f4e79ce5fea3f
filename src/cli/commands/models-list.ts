// ft models list: models that can be trained from.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";
import { modelTable } from "../render/models.ts";

export const modelsList = defineCommand({
  name: "models list",
  summary:
    "List models on this disk with the memory that a quick run needs, or supported ones on the Hub",
  options: z.strictObject({
    source: z
      .string()
      .optional()
      .describe("huggingface, local or cache; without it, what is on this disk")
      .register(flags, { value: "SOURCE" }),
  }),
  examples: ["ft models list", "ft models list --source huggingface", "ft models list --json"],
  run: async ({ options }, io) => {
    const { listModels } = await import("../../app/models/list-models.ts");
    const models = await listModels(options.source);
    const none = "No models here. ft models pull HuggingFaceTB/SmolLM2-135M-Instruct brings one.";
    io.show({ models }, () => modelTable(models, none));
  },
});
