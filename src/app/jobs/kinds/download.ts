// Download as a job: ft models pull, and a quantized copy where that is asked for. What is begun goes on, whoever broke off.
import { basename } from "node:path";
import { z } from "zod";
import { absolute } from "./paths.ts";
import { taskKind } from "./task-kind.ts";

export const DownloadParameters = z.strictObject({
  /** Hub id. */
  model: z.string().min(1),
  /** Branch, tag or commit. */
  revision: z.string().optional(),
  /** Write a quantized copy as well. */
  quantize: z.enum(["4bit", "8bit"]).optional(),
  /** Folder of that copy; ./models/NAME-4bit or -8bit unless said. */
  output: z.string().min(1).optional(),
});

export type DownloadParameters = z.infer<typeof DownloadParameters>;

const copyOf = ({ model, quantize, output }: DownloadParameters): string =>
  absolute(output ?? `models/${basename(model)}-${quantize}`);

export const downloadKind = taskKind({
  about: "downloads a model into the cache, as ft models pull does",
  parameters: DownloadParameters,
  jobsAtOnce: 1,
  title: ({ model, revision, quantize }) =>
    [model, ...(revision === undefined ? [] : [`at ${revision}`]), quantize ?? ""].join(" ").trim(),
  prepare: async (given) => {
    const { requireHubModel } = await import("../../models/pull-model.ts");
    const model = await requireHubModel(given.model, given.revision);
    const asked = { ...given, model };
    return given.quantize === undefined ? asked : { ...asked, output: copyOf(asked) };
  },
  task: "download",
});
