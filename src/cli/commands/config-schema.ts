// ft config schema: what a configuration, a sweep or a domain may hold, as JSON Schema; or the environment variables.
import { z } from "zod";
import { environmentOptions } from "../../app/config/environment.ts";
import { configJsonSchema } from "../../app/config/schema.ts";
import { flags } from "../../core/flags.ts";
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

/** Kind of file → its schema. */
const schemas = {
  run: async () => configJsonSchema(),
  sweep: async () => (await import("../../app/train/sweep-schema.ts")).sweepJsonSchema(),
  domain: async () => (await import("../../synth/domains/domain.ts")).domainJsonSchema(),
};

type SchemaName = keyof typeof schemas;

export const configSchema = defineCommand({
  name: "config schema",
  summary: "Print the JSON Schema of a configuration, a sweep or a domain, for editors",
  options: z.strictObject({
    of: z
      .enum(Object.keys(schemas) as [SchemaName, ...SchemaName[]])
      .default("run")
      .describe("Kind of file: the configuration of a run, a sweep, or a domain of generated rows")
      .register(flags, { value: "FILE-KIND" }),
    environment: z.boolean().default(false).describe("List the environment variables instead"),
  }),
  examples: [
    "ft config schema > ft.schema.json",
    "ft config schema --of sweep > sweep.schema.json",
    "ft config schema --environment",
  ],
  run: async ({ options }, io) => {
    if (!options.environment) {
      io.document(await schemas[options.of]());
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
