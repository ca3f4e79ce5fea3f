// ft models search: models of the hub by their names.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";
import { modelTable } from "../render/models.ts";

export const modelsSearch = defineCommand({
  name: "models search",
  summary: "Find models on the Hub that ft can train, with the memory that a quick run needs",
  arguments: { text: { about: "Words of the name: qwen3, mlx-community smollm" } },
  options: z.strictObject({
    limit: z
      .int()
      .positive()
      .max(100)
      .default(20)
      .describe("Maximum models to show")
      .register(flags, { value: "N" }),
  }),
  examples: ["ft models search smollm2", "ft models search mlx-community --limit 5 --json"],
  run: async (input, io) => {
    const { hubModels } = await import("../../app/models/search-models.ts");
    const text = input.arguments.text ?? "";
    const { limit } = input.options;
    const models = await hubModels({ text, limit, signal: io.signal });
    io.show({ models }, () =>
      modelTable(models, `No model that can be trained here has '${text}' in its name.`),
    );
  },
});
