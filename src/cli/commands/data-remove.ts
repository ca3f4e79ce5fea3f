// ft data remove: datasets out of the store's lists, after asking.
import { z } from "zod";
import { UsageError } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";

export const dataRemove = defineCommand({
  name: "data remove",
  section: "Settings and clearing up",
  summary: "Remove datasets from the store; ft store compact then frees their space",
  arguments: { name: { about: "Dataset", many: true } },
  options: z.strictObject({
    yes: z.boolean().default(false).describe("Do not ask").register(flags, { short: "y" }),
  }),
  examples: ["ft data remove support", "ft data remove support drafts --yes"],
  run: async ({ operands, options }, io) => {
    const { removeAll, requireAll } = await import("../../app/store/history.ts");
    await requireAll(io.environment, operands);
    if (!options.yes && !(await io.confirm(`Remove ${operands.join(", ")} from the store?`))) {
      throw new UsageError("FT-USAGE-011", {
        message: "Nothing was removed: it was not confirmed",
        hint: "--yes removes without asking",
      });
    }
    await removeAll(io.environment, operands);
    io.show({ removed: operands }, () => operands.map((name) => `removed ${name}`).join("\n"));
  },
});
