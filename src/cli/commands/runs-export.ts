// ft runs export: a run in one file.
import { existsSync } from "node:fs";
import { z } from "zod";
import { UsageError } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { EXPORT_FORMATS, exportRun, runCsv, runDocument, showRun } from "../../runs/index.ts";
import { defineCommand } from "../define-command.ts";

const endings = { csv: "csv", json: "json", tar: "tar.gz" } as const;

export const runsExport = defineCommand({
  name: "runs export",
  summary: "Export a run to one file: metrics as CSV, all events as JSON, or its folder as tar.gz",
  arguments: { run: { about: "Id, the start of an id, or a run folder" } },
  options: z.strictObject({
    format: z
      .enum(EXPORT_FORMATS)
      .default("tar")
      .describe("csv: figures by step; json: settings and events; tar: the folder")
      .register(flags, { short: "f" }),
    output: z
      .string()
      .optional()
      .describe(
        "The file to write; default: the run's id with the format's ending; - is the standard output",
      )
      .register(flags, { short: "o", value: "FILE" }),
    weights: z
      .boolean()
      .default(false)
      .describe("Include checkpoints and the final model in the tar"),
  }),
  examples: ["ft runs export ./output", "ft runs export ./output --format csv -o -"],
  run: async ({ arguments: { run: name = "" }, options }, io) => {
    const run = showRun(name);
    const { format, weights } = options;
    const file = options.output ?? `${run.runId}.${endings[format]}`;
    if (file === "-") {
      if (format === "tar")
        throw new UsageError("FT-USAGE-012", {
          message: "A tar needs a file",
          hint: "--output FILE",
        });
      return format === "csv" ? io.print(runCsv(run).trimEnd()) : io.document(runDocument(run));
    }
    if (existsSync(file)) {
      throw new UsageError("FT-USAGE-012", {
        message: `${file} is there already`,
        hint: "--output another-file",
      });
    }
    await exportRun(run, { format, to: file, weights });
    io.show({ file, runId: run.runId }, () => `written: ${file}`);
  },
});
