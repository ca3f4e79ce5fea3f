// ft verify: whether a result is still what its manifest says.
import { z } from "zod";
import type { Verification } from "../../app/share/verify-folder.ts";
import { ExitCode } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";

const baseTexts = {
  same: (name: string) => `its base ${name} is here, and the same`,
  other: (name: string) => `its base ${name} is here, but another`,
  "not here": (name: string) => `its base ${name} is not here and was not looked at`,
};

function verificationText({ folder, valid, problems, files, base }: Verification): string {
  const found = problems.map(({ file, reason }) => `  ${file}: ${reason}`);
  const about = base === null ? [] : [baseTexts[base.state](base.name)];
  const verdict = valid
    ? `${folder}: as it was written, ${files} files`
    : `${folder}: not as it was written`;
  return [verdict, ...found, ...about].join("\n");
}

export const verify = defineCommand({
  name: "verify",
  summary: "Check that the files of a run, an adapter or a model match its manifest",
  arguments: { folder: { about: "Folder of a run, a checkpoint, an adapter or a model" } },
  options: z.strictObject({
    baseModel: z
      .string()
      .optional()
      .describe("Base model, to check it too; default: the one that the result names")
      .register(flags, { short: "b", value: "MODEL" }),
  }),
  examples: ["ft verify ./output", "ft verify ./output/final_model --base-model ./base --json"],
  run: async ({ arguments: { folder = "" }, options }, io) => {
    const { verifyFolder } = await import("../../app/share/verify-folder.ts");
    const found = await verifyFolder(folder, options);
    io.show(found, () => verificationText(found));
    return found.valid ? ExitCode.ok : ExitCode.malformedWeights;
  },
});
