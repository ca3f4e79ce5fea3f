// Who writes rows where nobody is named: Gemini where its key is there, Ollama where it runs, else our own engine.
import { expect, test } from "vitest";
import { chooseProvider } from "../../../src/app/data/making/choose-provider.ts";
import { FakeProvider } from "../../support/fake-provider.ts";

const choice = { models: [], timeout: 5, concurrency: 5 };

async function chosen(environment: Record<string, string>, more: object = {}) {
  const { provider, isNamed } = await chooseProvider({ ...choice, ...more }, environment);
  return { name: provider.name, models: provider.models, leavesTo: provider.leavesTo, isNamed };
}

test("the key of Gemini, a running Ollama, our own engine; a variable and a flag count before", async () => {
  const ollama = await FakeProvider.start();
  ollama.models = ["llama3.2", "qwen3"];
  const runs = { OLLAMA_URL: ollama.origin };
  const stopped = await FakeProvider.start();
  const none = { OLLAMA_URL: stopped.origin };
  stopped.stop();
  expect(await chosen({ ...runs, GEMINI_API_KEY: "k" })).toEqual({
    name: "google",
    models: ["gemini-2.5-flash"],
    leavesTo: "generativelanguage.googleapis.com",
    isNamed: false,
  });
  expect(await chosen(runs)).toMatchObject({ name: "ollama", models: ["llama3.2"] });
  expect(await chosen(none)).toMatchObject({ name: "local", leavesTo: undefined });
  expect((await chosen(none)).models[0]).toMatch(/^builtin\//);
  const variable = { ...none, AGENT_PROVIDER: "mistral", MISTRAL_API_KEY: "k", AGENT_MODEL: "m" };
  expect(await chosen(variable)).toMatchObject({ name: "mistral", models: ["m"], isNamed: false });
  const flag = { provider: "ollama", models: ["x"] };
  expect(await chosen(variable, flag)).toMatchObject({
    name: "ollama",
    models: ["x"],
    isNamed: true,
  });
  const usual = { usualProvider: "openrouter" };
  expect(await chosen({ ...none, OPENROUTER_API_KEY: "k" }, usual)).toMatchObject({
    name: "openrouter",
  });
  const address = { baseUrl: ollama.origin };
  ollama.models = ["only"];
  expect(await chosen({}, address)).toMatchObject({ name: "openai-compatible", models: ["only"] });
});
