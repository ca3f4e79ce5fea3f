// ft data pull: a split of a dataset of the Hub, as a file or into the store.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";
import { downloadNote } from "../render/download.ts";
import { hubSplitOptions } from "./hub-options.ts";
import { revisionOption } from "./revision-option.ts";

export const dataPull = defineCommand({
  name: "data pull",
  section: "Read and write",
  summary: "Fetch a dataset of the Hub as a file of JSON lines, or into the store",
  arguments: { id: { about: "Dataset of the Hub: org/name" } },
  options: z.strictObject({
    ...hubSplitOptions,
    revision: revisionOption,
    out: z
      .string()
      .optional()
      .describe("File to write")
      .register(flags, { short: "o", value: "OUT" }),
    name: z.string().optional().describe("Dataset in the store that gets it as its next version"),
  }),
  examples: [
    "ft data pull me/support --split train -o rows.jsonl",
    "ft data pull me/support --name support",
  ],
  run: async ({ arguments: { id = "" }, options }, io) => {
    const { pullSet } = await import("../../app/data/pull.ts");
    const moving = { onProgress: downloadNote(io), signal: io.signal };
    const told = await pullSet(io.environment, { id, ...options, ...moving });
    const places = [told.out, told.version?.version].filter((place) => typeof place === "string");
    io.show(told, () => `${places.join(", ")}: ${told.rows} rows of ${told.split}`);
  },
});
