// ft info: the backend and why, memory, versions.
import { z } from "zod";
import type { ToldVariable } from "../../app/settings/told-variables.ts";
import { defineCommand } from "../define-command.ts";
import { answer } from "../quick/info.ts";
import { table } from "../render/table.ts";

function variableTable(told: readonly ToldVariable[]): string {
  return table(told, [
    { title: "VARIABLE", value: ({ name }) => name },
    { title: "VALUE", value: ({ value }) => value ?? "-" },
    { title: "FROM", value: ({ source }) => source },
    { title: "WHAT", value: ({ about }) => about },
  ]);
}

export const info = defineCommand({
  name: "info",
  summary: "Show the backend, its reason, memory and versions",
  options: z.strictObject({
    env: z
      .boolean()
      .default(false)
      .describe("Show every environment variable that ft reads, and where its value comes from"),
  }),
  examples: ["ft info", "ft info --json", "ft info --env"],
  run: async ({ options: { env } }, io) => {
    if (env) {
      const { allVariables } = await import("../../app/settings/all-variables.ts");
      const told = allVariables(io.environment);
      return io.show({ variables: told }, () => variableTable(told));
    }
    const { value, text } = await answer();
    io.show(value, text);
  },
});
