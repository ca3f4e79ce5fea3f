// ft templates list: how rows can be turned into text.
import { z } from "zod";
import { templates } from "../../text/templates/index.ts";
import { defineCommand } from "../define-command.ts";

export const templatesList = defineCommand({
  name: "templates list",
  summary: "List the prompt templates",
  options: z.strictObject({}),
  examples: ["ft templates list", "ft templates list --json"],
  run: async (_, io) => {
    const names = templates.names();
    const note =
      "A file works too, --template ./my-template.txt, and a text: --template 'Q: {user} A: {assistant}'";
    io.show({ templates: names.map((name) => ({ name })) }, () => [...names, "", note].join("\n"));
  },
});
