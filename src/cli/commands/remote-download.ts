// ft remote download: the adapter of a remote checkpoint, in the forms of PEFT and mlx-lm.
import { z } from "zod";
import { FORMS } from "../../app/remote/download-remote.ts";
import { flags } from "../../core/flags.ts";
import { formatBytes } from "../../core/units.ts";
import { defineCommand } from "../define-command.ts";
import { remoteOptions } from "../remote.ts";
import { downloadNote } from "../render/download.ts";

export const remoteDownloadCommand = defineCommand({
  name: "remote download",
  summary: "Download the adapter of a checkpoint at Tinker, check and convert it",
  arguments: {
    checkpoint: { about: "tinker://RUN/weights/NAME or another address of it, or a run's folder" },
    folder: { about: "Folder to write, which must not exist yet" },
  },
  options: z.strictObject({
    to: z
      .array(z.enum(FORMS))
      .default([...FORMS])
      .describe("Formats to write, each in a folder of that name: peft, mlx (of mlx-lm and ft)")
      .register(flags, { value: "FORMS" }),
    baseModel: z
      .string()
      .optional()
      .describe("Base model of the adapter, if the service uses another name")
      .register(flags, { long: "base-model", value: "MODEL" }),
  }),
  examples: [
    "ft remote download tinker://0a1b2c3d:train:0/sampler_weights/step_0500 ./adapter",
    "ft remote download ./night ./adapter --to peft",
  ],
  run: async ({ arguments: { checkpoint = "", folder = "" }, options }, io) => {
    const { downloadRemote } = await import("../../app/remote/download-remote.ts");
    const asked = { from: checkpoint, folder, forms: options.to, baseModel: options.baseModel };
    const made = await downloadRemote(asked, {
      ...remoteOptions(io),
      onDownload: downloadNote(io),
    });
    for (const { form, reason } of made.left) io.note(`warning: not written as ${form}: ${reason}`);
    io.show(made, () =>
      [
        `${made.uri}: ${formatBytes(made.bytes)}, an adapter of ${made.baseModel}`,
        ...made.forms.map((one) => `${one.form}: ${one.folder}`),
      ].join("\n"),
    );
    const [first] = made.forms;
    if (first !== undefined) io.note(`next: ft generate ${first.folder} "…"`);
  },
});
