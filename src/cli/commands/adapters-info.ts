// ft adapters info: what an adapter holds.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";
import { adapterInfoText } from "../render/adapters.ts";
import { downloadNote } from "../render/download.ts";

export const adaptersInfo = defineCommand({
  name: "adapters info",
  summary: "Show an adapter's format, base model, layers and ranks",
  arguments: { adapter: { about: "Folder of an adapter of ft, mlx-lm or PEFT, or of a run" } },
  options: z.strictObject({
    baseModel: z
      .string()
      .optional()
      .describe("Base model of the adapter, instead of the one that its file names")
      .register(flags, { long: "base-model", value: "MODEL" }),
  }),
  examples: ["ft adapters info ./output", "ft adapters info ./of-peft --json"],
  run: async ({ arguments: { adapter = "" }, options }, io) => {
    const { adapterInfo } = await import("../../app/share/adapter-commands.ts");
    const asked = { ...options, onDownload: downloadNote(io), signal: io.signal };
    const found = await adapterInfo(adapter, asked);
    io.show(found, () => adapterInfoText(found));
  },
});
