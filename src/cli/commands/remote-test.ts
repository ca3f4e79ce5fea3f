// ft remote test: prompts answered by a checkpoint at Tinker, and by its base model beside it.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";
import { AskingFlags, askingOf, remoteOptions, sideBySide } from "../remote.ts";
import { downloadNote } from "../render/download.ts";

export const remoteTestCommand = defineCommand({
  name: "remote test",
  summary: "Compare the answers of a checkpoint at Tinker with its base model's",
  options: AskingFlags.extend({
    loraWeights: z
      .string()
      .describe("tinker:// address, a run's folder, or a pattern over either: the newest counts")
      .register(flags, { aliases: ["lora-checkpoint"], short: "l", value: "GLOB" }),
    compareBase: z.boolean().default(false).describe("Also ask the base model"),
    baseModel: z
      .string()
      .optional()
      .describe("Base model, instead of the one that the run names")
      .register(flags, { value: "MODEL" }),
    testPrompts: z
      .string()
      .optional()
      .describe(
        "File with one prompt per line, or JSON lines with prompt; default: five built-in prompts",
      )
      .register(flags, { value: "FILE" }),
    prompt: z
      .array(z.string())
      .default([])
      .describe("A prompt, instead of a file; may be repeated")
      .register(flags, { value: "TEXT" }),
    output: z
      .string()
      .default("lora_test_results.json")
      .describe("Write the results to this file")
      .register(flags, { short: "o", value: "FILE" }),
  }),
  examples: [
    'ft remote test --lora-weights "checkpoints/lora_*" --compare-base',
    'ft remote test --lora-weights tinker://0a1b2c3d:train:0/sampler_weights/step_0500 --prompt "Hello" --json',
  ],
  run: async ({ options }, io) => {
    const { testRemote } = await import("../../app/remote/test-remote.ts");
    const { loraWeights, compareBase, baseModel, testPrompts, prompt, output, template } = options;
    const result = await testRemote(
      {
        ...{ weights: loraWeights, compareBase, baseModel, template, output },
        ...{ promptsFile: testPrompts, prompts: prompt.length === 0 ? undefined : prompt },
        asking: askingOf(options),
      },
      { ...remoteOptions(io), onDownload: downloadNote(io) },
    );
    io.show(result, () =>
      sideBySide(result.prompts, { base: result.baseModel, tuned: result.weights }),
    );
    io.note(`written: ${output}`);
  },
});
