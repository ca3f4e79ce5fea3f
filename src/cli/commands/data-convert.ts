// ft data convert: rows of any known form in the form of another, with what is lost.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import type { ConvertReport } from "../../synth/profiles/index.ts";
import { profiles } from "../../synth/profiles/registry.ts";
import { defineCommand } from "../define-command.ts";
import { lossesText } from "../render/losses.ts";
import { outOption } from "./data-fix.ts";

export const writingOptions = {
  from: z
    .string()
    .optional()
    .describe("Profile or format of the input rows; default: detected row by row")
    .register(flags, { value: "NAME" }),
  keepSource: z
    .boolean()
    .default(false)
    .describe("Also write id, source and meta, if the format allows extra fields"),
  names: z
    .boolean()
    .default(true)
    .describe("Keep the names of who speaks, where the form has them")
    .register(flags, { off: "Leave out the names of speakers" }),
  skipBadRows: z
    .boolean()
    .default(false)
    .describe("Leave out rows that cannot be written, and list them"),
};

const convertText = ({ out, to, rows, written, beside, ...report }: ConvertReport): string =>
  [
    ...lossesText(report),
    ...beside.map((file) => `beside: ${file}`),
    `${out}: ${written} of ${rows} rows, as ${to}`,
  ].join("\n");

export const dataConvert = defineCommand({
  name: "data convert",
  section: "Read and write",
  summary: "Convert rows to another format, and list what is lost",
  arguments: { file: { about: "JSON lines, JSON or a table" } },
  options: z.strictObject({
    out: outOption,
    to: z
      .string()
      .describe("Profile whose form is written")
      .register(flags, { value: "NAME", choices: () => profiles.names() }),
    ...writingOptions,
  }),
  saved: { without: [] },
  examples: [
    "ft data convert chats.jsonl -o gemini.jsonl --to gemini-vertex",
    "ft data convert found.jsonl -o chats.jsonl --to trl --no-names",
    "ft data convert alpaca.json -o chats.jsonl --to trl --from alpaca",
  ],
  run: async ({ arguments: { file = "" }, options }, io) => {
    const { convertFile } = await import("../../synth/profiles/index.ts");
    const { keepSource, skipBadRows, ...request } = options;
    const report = await convertFile({
      ...request,
      file,
      keepsSource: keepSource,
      skipsBadRows: skipBadRows,
    });
    io.show(report, () => convertText(report));
  },
});
