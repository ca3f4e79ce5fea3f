// ft train worker: one of several that train together. Started by another ft, over ssh, and spoken to by its pipes.
import { isatty } from "node:tty";
import { z } from "zod";
import { UsageError } from "../../core/errors.ts";
import { defineCommand } from "../define-command.ts";

export const trainWorker = defineCommand({
  name: "train worker",
  summary: "One of several workers: started over ssh by ft train start --hosts, not by hand",
  arguments: {},
  options: z.strictObject({}),
  examples: ["ft train worker"],
  run: async () => {
    if (isatty(0)) {
      throw new UsageError("FT-USAGE-008", {
        message: "a worker is spoken to by another ft, and this is a terminal",
        hint: "ft train start MODEL DATASET --hosts FILE starts workers on other machines",
      });
    }
    const { serveWorker } = await import("../../app/train/crew/serve-worker.ts");
    return await serveWorker();
  },
});
