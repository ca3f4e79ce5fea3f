// Upload as a job: ft upload without the question before it. Whoever submits it has said yes; secrets are still refused,
// and the token is not among the parameters, which are kept.
import { z } from "zod";
import { absolute, found } from "./paths.ts";
import { taskKind } from "./task-kind.ts";

export const UploadParameters = z.strictObject({
  /** Folder of a run, an adapter or a model. */
  folder: z.string().min(1),
  /** Repository on the Hub: user/name. */
  id: z.string(),
  branch: z.string().default("main"),
  isPrivate: z.boolean().optional(),
  message: z.string().default("Upload fine-tuned model"),
  /** Merge the adapter into `baseModel` and upload that. */
  mergeAdapter: z.boolean().default(false),
  baseModel: z.string().optional(),
  license: z.string().optional(),
  datasets: z.array(z.string()).optional(),
  results: z.array(z.string()).optional(),
  checkpoints: z.boolean().default(false),
  /** The model card as somebody has edited it, in the place of the one that is made. */
  card: z.string().min(1).max(1_000_000).optional(),
});

export type UploadParameters = z.infer<typeof UploadParameters>;

export const uploadKind = taskKind({
  about: "uploads a result to the Hugging Face Hub, as ft upload does",
  parameters: UploadParameters,
  jobsAtOnce: 2,
  title: ({ folder, id }) => `${folder} to ${id}`,
  prepare: async (given) => {
    const { requireName } = await import("../../share/upload/plan-upload.ts");
    const { uploadSource } = await import("../../share/upload/source.ts");
    requireName(given.id);
    const folder = absolute(given.folder);
    uploadSource(folder);
    const { baseModel, results } = given;
    return {
      ...{ ...given, folder },
      ...(baseModel !== undefined && { baseModel: found(baseModel) }),
      ...(results !== undefined && { results: results.map(absolute) }),
    };
  },
  task: "upload",
});
