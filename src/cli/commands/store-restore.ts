// ft store restore: a copy of the store in its place again; what was there is kept.
import { z } from "zod";
import { defineCommand } from "../define-command.ts";

export const storeRestore = defineCommand({
  name: "store restore",
  summary: "Restore the store from a backup; the current file is kept beside it",
  arguments: { file: { about: "Backup made by ft store backup" } },
  options: z.strictObject({}),
  examples: ["ft store restore ~/ft-backup.db"],
  run: async ({ arguments: { file = "" } }, io) => {
    const { restoreStore, storePath } = await import("../../store/index.ts");
    const store = storePath(io.environment);
    const kept = await restoreStore(store, file);
    const before = kept === null ? "" : `\nwhat was there: ${kept}`;
    io.show({ store, copy: file, kept }, () => `${store}: as it was in ${file}${before}`);
  },
});
