// What a model's answers to rows of data are worth.
import { z } from "zod";
import { defineTool } from "./types.ts";

export const evaluate = defineTool({
  title: "Evaluate a model",
  about:
    "Let a model answer rows of a dataset and score the answers. Writes answers and scores to a folder.",
  writes: true,
  input: z.strictObject({
    model: z.string().describe("The model, as in ask_model"),
    data: z.string().describe("Rows to answer: a file, or a dataset that comes with ft"),
    metrics: z.array(z.string()).min(1).default(["exact_match", "rougeL"]),
    numSamples: z.int().positive().max(10_000).default(50).describe("Number of rows to answer"),
    output: z.string().describe("New folder to write to"),
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
