// ft upload: a result onto the hub, shown before it is sent.
import { z } from "zod";
import type { UploadPlan } from "../../app/share/upload/plan-upload.ts";
import { flags } from "../../core/flags.ts";
import { formatBytes } from "../../core/units.ts";
import { defineCommand } from "../define-command.ts";
import type { Io } from "../io.ts";
import { uploadNote } from "../render/download.ts";
import { planText, resultText } from "../render/upload.ts";

const Options = z.strictObject({
  private: z
    .boolean()
    .default(false)
    .describe("A repository that is made is seen by its owner alone"),
  message: z
    .string()
    .min(1)
    .default("Upload fine-tuned model")
    .describe("Message of the commit")
    .register(flags, { short: "m", value: "TEXT" }),
  dryRun: z
    .boolean()
    .default(false)
    .describe("Show files, card, licence and secrets; send nothing and ask no hub")
    .register(flags, { long: "dry-run" }),
  mergeAdapter: z
    .boolean()
    .default(false)
    .describe("Merge the adapter into --base-model and upload the whole model")
    .register(flags, { long: "merge-adapter" }),
  baseModel: z
    .string()
    .optional()
    .describe("The base, where the result does not name it as others find it; to merge into")
    .register(flags, { short: "b", value: "MODEL" }),
  revision: z
    .string()
    .min(1)
    .default("main")
    .describe("Branch to commit to; it is made where it is missing")
    .register(flags, { short: "r", value: "BRANCH" }),
  license: z
    .string()
    .optional()
    .describe("Licence for the card; default: the base's")
    .register(flags, { value: "NAME" }),
  datasets: z
    .array(z.string())
    .optional()
    .describe("Hub ids of what it was trained on, for the card")
    .register(flags, { value: "IDS" }),
  results: z
    .array(z.string())
    .optional()
    .describe("Folders of ft evaluate or ft benchmark for the card; default: benchmark, evaluation")
    .register(flags, { value: "FOLDERS" }),
  checkpoints: z.boolean().default(false).describe("Upload checkpoints and optimizer states too"),
  token: z
    .string()
    .optional()
    .describe("Token of the hub; better: HF_TOKEN, or what hf auth login stored")
    .register(flags, { short: "t", value: "TOKEN" }),
  yes: z.boolean().default(false).describe("Do not ask").register(flags, { short: "y" }),
});

/** On a terminal it is shown and asked about; elsewhere the command is the answer. */
function approval(io: Io, yes: boolean): (plan: UploadPlan) => Promise<boolean> {
  return async (plan) => {
    if (!io.mode.json && !io.mode.quiet) io.talk(planText(plan));
    if (yes || io.mode.json || !io.canAsk) return true;
    const { files, bytes, repository } = plan;
    const what = `${files.length} files (${formatBytes(bytes)}) to ${repository.url}`;
    return await io.confirm(`Upload ${what}?`);
  };
}

export const upload = defineCommand({
  name: "upload",
  summary: "Upload a result to the Hub with a model card, after showing what would go",
  arguments: {
    folder: { about: "Folder of a run, an adapter or a model" },
    name: { about: "Repository on the Hub: user/name" },
  },
  options: Options,
  examples: [
    "ft upload ./output me/smollm2-sql --dry-run",
    "ft upload ./output me/smollm2-sql --private --message First",
    "ft upload ./output me/smollm2-sql --merge-adapter --base-model HuggingFaceTB/SmolLM2-135M-Instruct",
  ],
  run: async ({ arguments: { folder = "", name = "" }, options }, io) => {
    const { uploadResult } = await import("../../app/share/upload/upload-result.ts");
    const { private: isPrivate, revision, yes, ...rest } = options;
    const done = await uploadResult({
      ...rest,
      ...{ folder, id: name, branch: revision, isPrivate: isPrivate ? true : undefined },
      approve: approval(io, yes),
      onProgress: uploadNote(io),
      signal: io.signal,
    });
    io.show(done, () => (done.dryRun ? `${planText(done)}\n\n${done.card}` : resultText(done)));
  },
});
