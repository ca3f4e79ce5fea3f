// Our own engine as a provider of rows: a model without any training, held to the row's schema, several at once, with no
// key and no network.
import { join } from "node:path";
import { expect, test } from "vitest";
import { chooseProvider } from "../../../src/app/data/making/choose-provider.ts";
import { exactRowSchema } from "../../../src/synth/make/row-form.ts";
import { makeFolder } from "../../support/folders.ts";
import { makeToyModel } from "../../support/toy-model.ts";

test(
  "every answer is a row of the schema, whatever the model would rather write",
  { timeout: 120_000 },
  async () => {
    const model = join(makeFolder(), "model");
    await makeToyModel(model, { config: { max_position_embeddings: 1024 } });
    const choice = { provider: "local", models: [model], timeout: 60, concurrency: 4 };
    const { provider } = await chooseProvider(choice, {});
    expect(provider).toMatchObject({ name: "local", leavesTo: undefined, keepsSchemas: true });
    const request = {
      system: "",
      prompt: "Write a row.",
      schema: { name: "row", schema: exactRowSchema(4, 20) },
      maxTokens: 600,
      temperature: 1,
    };
    const never = new AbortController().signal;
    const ask = (seed: number) => provider.ask(model, { ...request, seed }, never);
    const replies = await Promise.all([1, 2, 3, 4].map(ask));
    for (const { text, end, usage } of replies) {
      expect(end).toBe("stop");
      const { messages } = JSON.parse(text) as { messages: { role: string; content: string }[] };
      expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
      for (const { content } of messages) {
        expect(Array.from(content).length).toBeGreaterThan(0);
        expect(Array.from(content).length).toBeLessThanOrEqual(20);
      }
      expect(usage?.tokensOut).toBeGreaterThan(4);
    }
    // what was asked with one seed comes again, beside others or alone: a job that goes on finds its rows
    expect((await ask(2)).text).toBe(replies[1]?.text);
    expect(new Set(replies.map(({ text }) => text)).size).toBe(4);
    await provider.close();
  },
);
