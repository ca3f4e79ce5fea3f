// ft init: a folder made ready for training.
import { z } from "zod";
import { shellWord } from "../../core/shell.ts";
import { defineCommand } from "../define-command.ts";

export const init = defineCommand({
  name: "init",
  summary: "Set up a folder for training: ft.yaml, data/, runs/, .gitignore",
  arguments: { folder: { about: "Folder (default: the current one)", optional: true } },
  options: z.strictObject({}),
  examples: ["ft init", "ft init my-project"],
  run: async ({ arguments: { folder = "." } }, io) => {
    const { initTraining } = await import("../../app/train/init.ts");
    const made = await initTraining(folder);
    const there = folder === "." ? "" : `cd ${shellWord(folder)} && `;
    io.show(made, () =>
      [
        ...made.written.map((name) => `written: ${name}`),
        ...made.kept.map((name) => `kept: ${name}`),
        `next: ${there}ft train start`,
      ].join("\n"),
    );
  },
});
