// Models: which are on this disk, and what one answers.
import { z } from "zod";
import { defineTool } from "./types.ts";

export const listModels = defineTool({
  title: "List models",
  about:
    "Models on this disk that can be trained or asked, with size and the memory that training takes.",
  writes: false,
  input: z.strictObject({}),
  run: async () => {
    const { listModels: list } = await import("../../app/models/list-models.ts");
    return { models: await list(undefined) };
  },
});

export const askModel = defineTool({
  title: "Ask a model",
  about:
    "One answer of a model on this machine, bare or with an adapter, to a prompt. Nothing is downloaded.",
  writes: false,
  input: z.strictObject({
    model: z
      .string()
      .describe(
        "builtin/tiny, a hub id that is on this disk, a model's, an adapter's or a run's folder",
      ),
    prompt: z.string().min(1),
    system: z.string().optional(),
    adapter: z.string().optional().describe("Folder of an adapter"),
    maxTokens: z.int().positive().max(4096).default(256),
    temperature: z.number().min(0).max(5).default(0),
  }),
  run: async ({ model, prompt, system, adapter, maxTokens, temperature }, { places, signal }) => {
    const { generateText } = await import("../../app/generate/generate-text.ts");
    const before = system === undefined ? [] : [{ role: "system" as const, content: system }];
    return await generateText({
      model: places.named(model),
      messages: [...before, { role: "user", content: prompt }],
      ...(adapter !== undefined && { adapter: places.file(adapter) }),
      ...{ maxTokens, temperature, signal },
    });
  },
});
