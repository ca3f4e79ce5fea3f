// ft data import: a version of a dataset in the store, of a file of JSON lines.
import { z } from "zod";
import type { Imported } from "../../app/store/history.ts";
import { defineCommand } from "../define-command.ts";
import { diffText } from "./data-diff.ts";

function importText({ version, rows, differences }: Imported): string {
  const sum = `${version}: ${rows} rows`;
  return differences === null ? sum : `${sum}\n${diffText(differences)}`;
}

export const dataImport = defineCommand({
  name: "data import",
  section: "Read and write",
  summary:
    "Keep a file of JSON lines, or an edited Markdown or CSV file, as a version of a dataset",
  arguments: { file: { about: "JSON lines, one object per row; or .md or .csv of ft data write" } },
  options: z.strictObject({
    name: z.string().describe("Dataset; created if it does not exist"),
    message: z.string().optional().describe("What this version is, for its history"),
  }),
  examples: ["ft data import rows.jsonl --name support", "ft data import edited.md --name support"],
  run: async ({ arguments: { file = "" }, options: { name, message } }, io) => {
    const { importRows } = await import("../../app/store/history.ts");
    const told = await importRows(io.environment, { file, name, message });
    io.show(told, () => importText(told));
  },
});
