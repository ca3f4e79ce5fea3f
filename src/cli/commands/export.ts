// ft export: a model in a form that other programs read.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { listed } from "../../core/registry.ts";
import { exportFormats, ExportOptions } from "../../export/formats/index.ts";
import { defineCommand } from "../define-command.ts";
import { conversionNote } from "../render/conversion.ts";
import { downloadNote } from "../render/download.ts";
import { exportedText } from "../render/exported.ts";
import { revisionOption } from "./revision-option.ts";

export const exportCommand = defineCommand({
  name: "export",
  summary: "Export a model, with or without an adapter, in a format that other programs read",
  arguments: {
    format: { about: listed(exportFormats) },
    model: {
      about: "Hub id, folder, .gguf file, builtin/tiny, or a folder of an adapter or a run",
    },
    output: { about: "Folder or file to write, which must not exist yet" },
  },
  options: ExportOptions.extend({
    adapter: z
      .string()
      .optional()
      .describe("Folder of an adapter on the model")
      .register(flags, { value: "FOLDER" }),
    baseModel: z
      .string()
      .optional()
      .describe("Base model of the adapter, instead of the one that its file names")
      .register(flags, { long: "base-model", value: "MODEL" }),
    revision: revisionOption,
  }),
  examples: [
    "ft export hf ./output ./tuned --shard-size 5GB",
    "ft export hf ./model.gguf ./model --dtype bfloat16",
  ],
  run: async (input, io) => {
    const { exportModel } = await import("../../app/share/export-model.ts");
    const { format = "", model = "", output = "" } = input.arguments;
    const made = await exportModel({
      ...input.options,
      format,
      model,
      output,
      onDownload: downloadNote(io),
      onProgress: conversionNote(io, "writing"),
      signal: io.signal,
    });
    io.show(made, () => exportedText(made));
  },
});
