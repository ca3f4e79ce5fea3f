// ft upload: a result onto the hub, shown before it is sent.
import { z } from "zod";
import type { UploadPlan } from "../../app/share/upload/plan-upload.ts";
import { flags } from "../../core/flags.ts";
import { formatBytes } from "../../core/units.ts";
import { defineCommand } from "../define-command.ts";
import { uploadNote } from "../render/download.ts";
import { planText, resultText } from "../render/upload.ts";
import { approval, messageOption, uploadOptions } from "./hub-options.ts";

const Options = z.strictObject({
  private: uploadOptions.private,
  message: messageOption("Upload fine-tuned model"),
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
    .describe(
      "Base model, if the result does not name it by its Hub id; also the base for --merge-adapter",
    )
    .register(flags, { short: "b", value: "MODEL" }),
  revision: uploadOptions.revision,
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
  token: uploadOptions.token,
  yes: uploadOptions.yes,
});

const told = (plan: UploadPlan) => ({
  all: planText(plan),
  brief: `${plan.files.length} files (${formatBytes(plan.bytes)}) to ${plan.repository.url}`,
});

export const upload = defineCommand({
  name: "upload",
  summary: "Upload a result to the Hub with a model card; shows first what would be uploaded",
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
      approve: approval(io, yes, told),
      onProgress: uploadNote(io),
      signal: io.signal,
    });
    io.show(done, () => (done.dryRun ? `${planText(done)}\n\n${done.card}` : resultText(done)));
  },
});
