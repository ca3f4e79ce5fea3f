// ft config show: the settings a run would have, from everything but a model and data.
import { z } from "zod";
import { toYaml } from "../../app/config/files.ts";
import { withOrigins } from "../../app/config/resolve.ts";
import { defineCommand } from "../define-command.ts";
import { originsText, resolveInput, SourceOptions } from "../training.ts";

export const configShow = defineCommand({
  name: "config show",
  summary: "Show the resolved configuration as YAML",
  options: SourceOptions.extend({
    origins: z.boolean().default(false).describe("Show where each value comes from"),
  }),
  settings: {},
  examples: [
    "ft config show > config.yml",
    "ft config show --profile chat --origins",
    "ft config show --json",
  ],
  run: async (input, io) => {
    const resolved = resolveInput({ ...input, arguments: {} }, undefined, io);
    const { config, origins } = resolved;
    if (input.options.origins) io.show(withOrigins(resolved), () => originsText(config, origins));
    else io.show(config, () => toYaml(config).trimEnd());
  },
});
