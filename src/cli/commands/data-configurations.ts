// ft data configurations: options that were saved under a name, and every form that they had.
import { z } from "zod";
import type { ToldConfiguration } from "../../app/store/configurations.ts";
import { defineCommand } from "../define-command.ts";
import { table } from "../render/table.ts";

const optionText = ([name, value]: [string, unknown]): string =>
  `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`;

function configurationsTable(configurations: readonly ToldConfiguration[]): string {
  if (configurations.length === 0)
    return "Nothing is saved. --save-as NAME saves the options of a command, of ft data create for one.";
  return table(configurations, [
    { title: "NAME", value: ({ name }) => name },
    { title: "FORM", value: ({ number }) => number },
    { title: "COMMAND", value: ({ command }) => `ft ${command}` },
    { title: "SAVED", value: ({ savedAt }) => savedAt.slice(0, 16).replace("T", " ") },
    {
      title: "OPTIONS",
      value: ({ options }) => Object.entries(options).map(optionText).join(" "),
    },
  ]);
}

export const dataConfigurations = defineCommand({
  name: "data configurations",
  section: "Look at sets",
  summary: "List options saved with --save-as, or every version of those of one name",
  arguments: { name: { about: "Name they were saved under", optional: true } },
  options: z.strictObject({}),
  examples: ["ft data configurations", "ft data configurations nightly --json"],
  run: async ({ arguments: { name } }, io) => {
    const { listSaved } = await import("../../app/store/configurations.ts");
    const configurations = await listSaved(io.environment, name);
    io.show({ configurations }, () => configurationsTable(configurations));
  },
});
