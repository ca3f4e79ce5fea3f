// ft data export: a set for a service, with the facts of each row beside it; as CSV, Markdown, Parquet, or a folder
// for the hub.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import type { ExportReport } from "../../synth/profiles/index.ts";
import { profiles } from "../../synth/profiles/registry.ts";
import { defineCommand } from "../define-command.ts";
import { lossesText } from "../render/losses.ts";
import { writingOptions } from "./data-convert.ts";
import { outOption } from "./data-fix.ts";

const exportText = ({ profile, rows, written, files, ...report }: ExportReport): string =>
  [...lossesText(report), `${written} of ${rows} rows, as ${profile}: ${files.join(", ")}`].join(
    "\n",
  );

const providerNames = [
  "openai",
  "anthropic",
  "google",
  "mistral",
  "llama",
  "azure",
  "together",
  "fireworks",
];

export const dataExport = defineCommand({
  name: "data export",
  section: "Read and write",
  summary: "Write a set for a service, with the facts of each row in metadata.csv beside it",
  arguments: { set: { about: "A file, or NAME@VERSION of a dataset in the store" } },
  options: z.strictObject({
    provider: z
      .string()
      .describe("Service, or a profile")
      .register(flags, { value: "NAME", choices: () => [...providerNames, ...profiles.names()] }),
    out: outOption,
    format: z
      .enum(["jsonl", "csv", "md", "parquet", "hf"])
      .optional()
      .describe(
        "Kind of file, if its name does not tell; md is Markdown, hf is a folder for the Hugging Face hub",
      ),
    metadata: z
      .boolean()
      .default(true)
      .describe("Write metadata.csv beside the file")
      .register(flags, { off: "Write no metadata.csv" }),
    ...writingOptions,
  }),
  saved: { without: [] },
  examples: [
    "ft data export support@3 --provider mistral -o out/mistral.jsonl",
    "ft data export rows.jsonl --provider trl -o out/support --format hf",
  ],
  run: async ({ arguments: { set = "" }, options }, io) => {
    const { exportSet } = await import("../../app/data/export-rows.ts");
    const { keepSource, skipBadRows, ...request } = options;
    const report = await exportSet(io.environment, {
      ...request,
      set,
      keepsSource: keepSource,
      skipsBadRows: skipBadRows,
    });
    io.show(report, () => exportText(report));
  },
});
