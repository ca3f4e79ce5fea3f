// ft data init: a folder made ready for making datasets.
import { z } from "zod";
import { defineCommand } from "../define-command.ts";

export const dataInit = defineCommand({
  name: "data init",
  section: "Settings and clearing up",
  summary: "Set up a folder: config.yaml, .env, prompts to edit, .gitignore",
  arguments: { folder: { about: "Folder (default: the current one)", optional: true } },
  options: z.strictObject({}),
  examples: ["ft data init", "ft data init support-set"],
  run: async ({ arguments: { folder = "." } }, io) => {
    const { initProject } = await import("../../app/data/project/init.ts");
    const made = await initProject(folder);
    io.show(made, () =>
      [
        ...made.written.map((name) => `written: ${name}`),
        ...made.kept.map((name) => `kept: ${name}`),
        "next: documents into a folder, then ft data create FOLDER",
      ].join("\n"),
    );
  },
});
