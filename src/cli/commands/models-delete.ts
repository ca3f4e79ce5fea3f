// ft models delete: remove models from the cache for good, after asking.
import { z } from "zod";
import { UsageError } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { formatBytes } from "../../core/units.ts";
import { defineCommand } from "../define-command.ts";

export const modelsDelete = defineCommand({
  name: "models delete",
  summary: "Remove models from the cache for good, with all their revisions",
  arguments: { model: { about: "Hub id, as ft models list shows it", many: true } },
  options: z.strictObject({
    yes: z.boolean().default(false).describe("Do not ask").register(flags, { short: "y" }),
  }),
  examples: ["ft models delete HuggingFaceTB/SmolLM2-135M-Instruct", "ft models delete gpt2 --yes"],
  run: async ({ operands, options }, io) => {
    const { cachedModels, deleteModels } = await import("../../app/models/list-models.ts");
    const models = await cachedModels(operands);
    const told = models.map(({ name, bytes }) => `${name} (${formatBytes(bytes)})`).join(", ");
    if (!options.yes && !(await io.confirm(`Remove ${told}?`))) {
      throw new UsageError("FT-USAGE-011", {
        message: "Nothing was removed: it was not confirmed",
        hint: "--yes removes without asking",
      });
    }
    const deleted = await deleteModels(operands);
    io.show({ deleted }, () =>
      deleted
        .map(({ name, bytes, folder }) => `removed ${name} (${formatBytes(bytes)}): ${folder}`)
        .join("\n"),
    );
  },
});
