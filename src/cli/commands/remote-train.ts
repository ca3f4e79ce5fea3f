// ft remote train: an adapter trained at Tinker, with a run folder here.
import { z } from "zod";
import { RemoteTrainSettings, WIRES } from "../../app/remote/remote-config.ts";
import { UsageError } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { shellWord } from "../../core/shell.ts";
import { isTinkerUri } from "../../remote/tinker/uri.ts";
import { defineCommand } from "../define-command.ts";
import { remoteOptions } from "../remote.ts";
import { downloadNote } from "../render/download.ts";
import { watch } from "../training.ts";

const Options = RemoteTrainSettings.extend({
  data: z
    .string()
    .optional()
    .describe("Rows to train on: a file, a folder, or a shipped set")
    .register(flags, { short: "d", value: "PATH" }),
  resume: z
    .string()
    .optional()
    .describe("Continue a run: its folder, or the address of a state (tinker://RUN/weights/NAME)")
    .register(flags, { value: "FOLDER|URI" }),
  output: z
    .string()
    .optional()
    .describe("Run folder; default: a new one below --output-dir")
    .register(flags, { short: "o", value: "FOLDER" }),
  outputDir: z
    .string()
    .default("checkpoints")
    .describe("Where run folders are created: lora_MODEL_TIME")
    .register(flags, { value: "FOLDER" }),
  trainUnembed: z
    .boolean()
    .default(true)
    .describe("The adapter is also on the layer that says the next token")
    .register(flags, { off: "No adapter on the output layer" }),
  trainMlp: z
    .boolean()
    .default(true)
    .describe("The adapter is also on the layers between attentions")
    .register(flags, { off: "No adapter on the MLP layers" }),
  trainAttention: z
    .boolean()
    .default(true)
    .describe("The adapter is also on attentions")
    .register(flags, { off: "No adapter on the attention layers" }),
  download: z
    .boolean()
    .default(true)
    .describe("Fetch the adapter after the last step")
    .register(flags, { off: "Do not download the adapter" }),
  inFlight: z
    .int()
    .min(1)
    .max(8)
    .default(2)
    .describe("Steps sent ahead before ft waits for the first result")
    .register(flags, { value: "N" }),
  wire: z
    .enum(WIRES)
    .default("protobuf")
    .describe("How rows are sent: protobuf, or json for services from before 2026"),
});

/** Settings that a run in a folder has already, as far as another value than the usual one is given. */
function requireNothingElse(options: z.infer<typeof Options>, folder: string): void {
  const usual = Options.parse({});
  const free = new Set(["resume", "maxSteps", "download", "inFlight", "wire"]);
  const aside = Object.keys(usual).concat("data", "output", "validation") as (keyof typeof usual)[];
  const given = [...new Set(aside)].filter((key) => !free.has(key) && options[key] !== usual[key]);
  if (given.length === 0) return;
  const named = given.map(
    (key) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  );
  throw new UsageError("FT-REMOTE-027", {
    message: `--resume ${folder} continues with the settings of that run and takes no other ${named.join(", ")}`,
    hint: `ft remote train --resume ${shellWord(folder)}`,
  });
}

export const remoteTrainCommand = defineCommand({
  name: "remote train",
  summary: "Train an adapter at Tinker, with the run's folder on this machine",
  options: Options,
  examples: [
    "ft remote train --data rows.jsonl --batch 64 --rank 16 --save-every 50",
    "ft remote train --data rows.jsonl --base-model Qwen/Qwen3-8B --max-steps 500 --output ./night --json",
    "ft remote train --resume ./night",
    "ft remote train --data rows.jsonl --max-steps 1000 --resume tinker://0a1b2c3d:train:0/weights/step_0500",
  ],
  run: async ({ options }, io) => {
    const { data, resume, output, outputDir, wire, download, inFlight, ...rest } = options;
    const { trainUnembed, trainMlp, trainAttention, ...settings } = rest;
    if (resume !== undefined && !isTinkerUri(resume)) requireNothingElse(options, resume);
    const watched = watch(io);
    const { trainRemote } = await import("../../app/remote/train-remote.ts");
    const parts = { trainUnembed, trainMlp, trainAttention };
    await trainRemote(
      { ...{ settings, data, resume, output, outputDir, wire, download, inFlight, parts } },
      {
        ...remoteOptions(io),
        onEvent: (event) => watched.onEvent(event),
        onDownload: downloadNote(io),
        onPlanned: ({ base, output: folder, steps }) =>
          io.note(`${base} at Tinker, ${steps} steps in all; the run's folder is ${folder}`),
      },
    );
    return watched.exitCode();
  },
});
