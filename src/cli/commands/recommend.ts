// ft recommend: settings for a model, its rows and the memory there is.
import { z } from "zod";
import { writeFileAtomic } from "../../core/atomic-files.ts";
import { flags } from "../../core/flags.ts";
import { formatBytes, parseMemory } from "../../core/units.ts";
import { defineCommand } from "../define-command.ts";

export const recommend = defineCommand({
  name: "recommend",
  summary:
    "Recommend settings for a model, your rows and the available memory, each with its reason",
  arguments: { model: { about: "Hub id, folder, or builtin/tiny" } },
  options: z.strictObject({
    data: z
      .string()
      .optional()
      .describe("Rows to train on; default: the shipped text-to-SQL dataset")
      .register(flags, { aliases: ["dataset"], short: "d", value: "FILE" }),
    memory: z
      .string()
      .optional()
      .describe("Memory to stay within, in GB or with a unit; default: what is free now")
      .register(flags, { aliases: ["vram"], value: "GB" }),
    template: z
      .string()
      .default("auto")
      .describe("Prompt template")
      .register(flags, { short: "t", value: "NAME" }),
    output: z
      .string()
      .optional()
      .describe("Write the configuration there; default: to the standard output")
      .register(flags, { short: "o", value: "FILE" }),
  }),
  examples: [
    "ft recommend builtin/smollm2 --data rows.jsonl --memory 8 -o run.yaml",
    "ft recommend Qwen/Qwen3-4B --memory 16GB",
  ],
  run: async ({ arguments: { model = "" }, options: { data, memory, template, output } }, io) => {
    const { recommend: find } = await import("../../app/recommend/recommend.ts");
    const { recommendedYaml } = await import("../../app/recommend/recommended-yaml.ts");
    const memoryBytes = memory === undefined ? undefined : parseMemory(memory);
    const found = await find({ model, data, template, memoryBytes, signal: io.signal });
    const yaml = recommendedYaml(found, model);
    if (output !== undefined) await writeFileAtomic(output, yaml);
    io.show({ ...found, file: output ?? null }, () =>
      output === undefined ? yaml.trimEnd() : `written: ${output}`,
    );
    const { residentBytes, availableBytes } = found.estimate;
    io.note(`needs about ${formatBytes(residentBytes)} of ${formatBytes(availableBytes)}`);
    if (output !== undefined) io.note(`next: ft train validate ${output}`);
  },
});
