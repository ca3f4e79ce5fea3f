// ft store compact: what removed datasets leave, gone for good, and its room free.
import { z } from "zod";
import { defineCommand } from "../define-command.ts";

export const storeCompact = defineCommand({
  name: "store compact",
  summary: "Free the space of removed datasets; not while an import is running",
  options: z.strictObject({}),
  examples: ["ft store compact"],
  run: async (_, io) => {
    const { compact } = await import("../../app/store/compact.ts");
    const freed = await compact(io.environment);
    io.show(freed, () => `${freed.versions} versions and ${freed.records} rows deleted`);
  },
});
