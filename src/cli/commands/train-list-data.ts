// ft train list-data: the datasets that come with the program, and which of them are there.
import { z } from "zod";
import { type CatalogueEntry, dataCatalogue } from "../../app/data/shipped.ts";
import { defineCommand } from "../define-command.ts";

function entryLines(entry: CatalogueEntry): string[] {
  const title = `  ${entry.present ? "✓" : "✗"} ${entry.name}: ${entry.about}`;
  return [title, ...entry.files.map((file) => `      ${file.present ? "✓" : "✗"} ${file.path}`)];
}

function catalogueText(entries: readonly CatalogueEntry[]): string {
  const groups = [...new Set(entries.map((entry) => entry.group))];
  const sections = groups.map((group) => {
    const inside = entries.filter((entry) => entry.group === group);
    return [group, ...inside.flatMap(entryLines)].join("\n");
  });
  const usage = [
    "Usage",
    "  ft train quick MODEL                       # the text-to-SQL set",
    "  ft train quick MODEL general-conversation  # a set by its name",
    "  ft train start MODEL my-data.jsonl         # your own data",
  ];
  return [...sections, usage.join("\n")].join("\n\n");
}

export const trainListData = defineCommand({
  name: "train list-data",
  summary: "List the datasets that come with ft",
  options: z.strictObject({}),
  examples: ["ft train list-data", "ft train list-data --json"],
  run: async (_, io) => {
    const entries = dataCatalogue();
    io.show({ datasets: entries }, () => catalogueText(entries));
  },
});
