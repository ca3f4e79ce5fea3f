// ft data list: every set at hand, those that ship, those of the store, files of rows.
import { z } from "zod";
import { type ListedSets, listSets, usualFolders } from "../../app/data/list-sets.ts";
import { flags } from "../../core/flags.ts";
import { formatBytes } from "../../core/units.ts";
import { formats } from "../../data/index.ts";
import { defineCommand } from "../define-command.ts";
import { table } from "../render/table.ts";

function listText({ shipped, stored, files }: ListedSets): string {
  const parts: string[] = [];
  if (shipped.length > 0)
    parts.push(
      `Sets that come with ft\n${table(shipped, [
        { title: "NAME", value: ({ name }) => name },
        { title: "FORMAT", value: ({ format }) => format },
        { title: "THERE", value: ({ present }) => (present ? "yes" : "no") },
        { title: "WHAT", value: ({ about }) => about },
      ])}`,
    );
  const sets = table(stored, [
    { title: "NAME", value: ({ name }) => name },
    { title: "NEWEST", value: ({ version }) => version },
    { title: "VERSIONS", value: ({ versions }) => versions },
    { title: "ROWS", value: ({ rows }) => rows },
    { title: "FORMAT", value: ({ format }) => format },
    { title: "CHANGED", value: ({ changedAt }) => changedAt.slice(0, 16).replace("T", " ") },
  ]);
  const none = "none: ft data import FILE --name NAME keeps one";
  parts.push(`Sets in the store\n${stored.length === 0 ? none : sets}`);
  if (files.length > 0)
    parts.push(
      `Files of rows\n${table(files, [
        { title: "FILE", value: ({ path }) => path },
        { title: "SIZE", value: ({ bytes }) => formatBytes(bytes) },
        { title: "FORMAT", value: ({ format }) => format },
      ])}`,
    );
  return parts.join("\n\n");
}

export const dataList = defineCommand({
  name: "data list",
  section: "Look at sets",
  summary: "List the sets that come with ft, those of the store, and files of rows",
  options: z.strictObject({
    dir: z
      .array(z.string())
      .default([...usualFolders])
      .describe("Folders to look through for files of rows")
      .register(flags, { value: "DIR,DIR" }),
    format: z
      .string()
      .optional()
      .describe("Only sets whose first row is in this form")
      .register(flags, { value: "NAME", choices: () => formats.names() }),
  }),
  examples: ["ft data list", "ft data list --dir prepared --format chat", "ft data list --json"],
  run: async ({ options: { dir, format } }, io) => {
    const sets = await listSets(io.environment, { folders: dir, format });
    io.show(sets, () => listText(sets));
  },
});
