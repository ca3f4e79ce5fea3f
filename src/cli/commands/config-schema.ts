// ft config schema: every option as JSON Schema, or as a list of environment variables.
import { z } from "zod";
import { environmentOptions } from "../../app/config/environment.ts";
import { configJsonSchema } from "../../app/config/schema.ts";
import { defineCommand } from "../define-command.ts";
import { table } from "../render/table.ts";

function showVariables(): { variable: string; option: string; default: unknown; about: string }[] {
  return [...environmentOptions()].map(([variable, option]) => ({
    variable,
    option: option.key,
    default: option.default,
    about: option.description,
  }));
}

export const configSchema = defineCommand({
  name: "config schema",
  summary: "Print the JSON Schema of the configuration",
  options: z.strictObject({
    environment: z.boolean().default(false).describe("List the environment variables instead"),
  }),
  examples: ["ft config schema > ft.schema.json", "ft config schema --environment"],
  run: async ({ options }, io) => {
    if (!options.environment) {
      io.document(configJsonSchema());
      return;
    }
    const variables = showVariables();
    io.show(variables, () =>
      table(variables, [
        { title: "VARIABLE", value: (row) => row.variable },
        { title: "OPTION", value: (row) => row.option },
        { title: "DEFAULT", value: (row) => JSON.stringify(row.default) },
        { title: "ABOUT", value: (row) => row.about },
      ]),
    );
  },
});
