// ft data restore: an older version of a dataset as its newest, or rows that were dropped.
import { z } from "zod";
import { defineCommand } from "../define-command.ts";

export const dataRestore = defineCommand({
  name: "data restore",
  section: "Improve rows",
  summary: "Make an older version the newest again, or bring dropped rows back",
  arguments: { version: { about: "NAME@3; NAME with --drops" } },
  options: z.strictObject({
    drops: z
      .array(z.coerce.number().int())
      .optional()
      .describe("Numbers of dropped rows, as ft data history NAME --drops lists them"),
  }),
  examples: ["ft data restore support@3", "ft data restore support --drops 4,5"],
  run: async ({ arguments: { version: reference = "" }, options: { drops } }, io) => {
    const { restore } = await import("../../app/store/history.ts");
    const told = await restore(io.environment, reference, drops);
    io.show(told, () => `${told.version}: ${told.rows} rows (${told.message})`);
  },
});
