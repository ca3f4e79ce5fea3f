// ft store check: whether the store is sound, read through as a whole.
import { z } from "zod";
import { ExitCode } from "../../core/errors.ts";
import { defineCommand } from "../define-command.ts";

export const storeCheck = defineCommand({
  name: "store check",
  summary: "Read the whole store and report what is damaged",
  arguments: { file: { about: "Backup to check; default: the store", optional: true } },
  options: z.strictObject({}),
  examples: ["ft store check", "ft store check ~/ft-backup.db --json"],
  run: async ({ arguments: { file } }, io) => {
    const { checkStore, storePath } = await import("../../store/index.ts");
    const store = file ?? storePath(io.environment);
    const problems = checkStore(store);
    io.show({ store, problems }, () =>
      problems.length === 0 ? `${store}: sound` : [`${store}:`, ...problems].join("\n"),
    );
    return problems.length === 0 ? ExitCode.ok : ExitCode.data;
  },
});
