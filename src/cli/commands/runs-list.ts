// ft runs list: every run this user started, newest first.
import { z } from "zod";
import { defineCommand } from "../define-command.ts";
import { answer } from "../quick/runs-list.ts";

export const runsList = defineCommand({
  name: "runs list",
  summary: "List runs, newest first",
  options: z.strictObject({}),
  examples: ["ft runs list", "ft runs list --json"],
  run: async (_, io) => {
    const { value, text } = await answer();
    io.show(value, text);
  },
});
