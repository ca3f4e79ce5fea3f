// What a model's answers to rows of data are worth.
import { z } from "zod";
import { defineTool } from "./types.ts";

export const evaluate = defineTool({
  title: "Evaluate a model",
  about:
    "Lets a model answer rows of data and scores the answers. Writes them into a folder, row by row.",
  writes: true,
  input: z.strictObject({
    model: z.string().describe("As for ask_model"),
    data: z.string().describe("Rows to answer: a file, or a set that ships"),
    metrics: z.array(z.string()).min(1).default(["exact_match", "rougeL"]),
    numSamples: z.int().positive().max(10_000).default(50).describe("Rows to answer"),
    output: z.string().describe("Folder for the answers; made"),
    seed: z.int().nonnegative().default(42),
  }),
  run: async ({ model, data, output, ...rest }, { places, signal }) => {
    const { evaluateModel } = await import("../../app/evaluate/evaluate-model.ts");
    return await evaluateModel({
      ...{ ...rest, signal, samples: 1, passK: [1], format: "auto", maxGenLength: 256 },
      ...{ model: places.named(model), data: places.named(data), output: places.file(output) },
    });
  },
});
