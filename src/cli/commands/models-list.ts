// ft models list: models that can be trained from.
import { z } from "zod";
import type { ListedModel } from "../../app/models/models.ts";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";
import { table } from "../render/table.ts";

function modelsText(models: readonly ListedModel[]): string {
  if (models.length === 0)
    return "No models here. ft models pull HuggingFaceTB/SmolLM2-135M-Instruct brings one.";
  return table(models, [
    { title: "MODEL", value: (model) => model.name },
    { title: "SOURCE", value: (model) => model.source },
    { title: "FOLDER", value: (model) => model.folder },
  ]);
}

export const modelsList = defineCommand({
  name: "models list",
  summary: "List models on this disk, or supported ones on the Hub",
  options: z.strictObject({
    source: z
      .string()
      .optional()
      .describe("huggingface, local or cache; without it, what is on this disk")
      .register(flags, { value: "SOURCE" }),
  }),
  examples: ["ft models list", "ft models list --source huggingface", "ft models list --json"],
  run: async ({ options }, io) => {
    const { listModels } = await import("../../app/models/models.ts");
    const models = await listModels(options.source);
    io.show({ models }, () => modelsText(models));
  },
});
