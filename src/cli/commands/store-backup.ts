// ft store backup: a copy of the whole store, while others may go on writing.
import { resolve } from "node:path";
import { z } from "zod";
import { defineCommand } from "../define-command.ts";

export const storeBackup = defineCommand({
  name: "store backup",
  summary: "Back up the store (datasets, jobs, costs of calls) to a file",
  arguments: { file: { about: "File to write, which must not exist yet" } },
  options: z.strictObject({}),
  examples: ["ft store backup ~/ft-backup.db"],
  run: async ({ arguments: { file = "" } }, io) => {
    const { backupStore, storePath } = await import("../../store/index.ts");
    const store = storePath(io.environment);
    await backupStore(store, file);
    io.show({ store, copy: resolve(file) }, () => `${resolve(file)}: a copy of ${store}, checked`);
  },
});
