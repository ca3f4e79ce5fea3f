// ft models pull: bring a model onto this disk, once.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";
import { downloadNote } from "../render/download.ts";

export const modelsPull = defineCommand({
  name: "models pull",
  summary: "Download a model into the cache",
  arguments: { model: { about: "Hub id" } },
  options: z.strictObject({
    revision: z
      .string()
      .optional()
      .describe("Branch, tag or commit on the Hub")
      .register(flags, { value: "REVISION" }),
  }),
  examples: [
    "ft models pull HuggingFaceTB/SmolLM2-135M-Instruct",
    "ft models pull HuggingFaceTB/SmolLM2-135M-Instruct --revision main",
  ],
  run: async (input, io) => {
    const { fetchModel } = await import("../../models/open-model.ts");
    const origin = { name: input.arguments.model ?? "", revision: input.options.revision ?? null };
    const model = await fetchModel(
      { ...origin, cache_dir: null },
      { onProgress: downloadNote(io), signal: io.signal },
    );
    io.show(model, () => model.folder);
  },
});
