// Models: which are on this disk, and what one answers.
import { z } from "zod";
import { defineTool } from "./types.ts";

export const listModels = defineTool({
  title: "List models",
  about:
    "List the models on this disk that can be trained or asked, with their size and the memory training needs.",
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
    "Generate one answer to a prompt with a model on this machine, with or without an adapter. A model that is not on this disk is downloaded only if the server was started with --allow-write.",
  writes: false,
  input: z.strictObject({
    model: z
      .string()
      .describe("builtin/tiny, a Hub id, or the folder of a model, an adapter or a run"),
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
