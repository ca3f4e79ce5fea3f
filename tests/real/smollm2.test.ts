// SmolLM2-135M-Instruct from its GGUF file, beside what transformers makes of the same file (tests/fixtures/real).
// Skipped, with the reason, where `make real` has not fetched it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { beforeEach, describe, expect, inject, test } from "vitest";
import { trainRun } from "../../src/app/train/train-run.ts";
import { plainSampling } from "../../src/generate/index.ts";
import { type Model, loadModel } from "../../src/generate/load-model.ts";
import { loadStoredModel, packedWith } from "../../src/models/index.ts";
import { openModel } from "../../src/models/open-model.ts";
import { ModelOptions, wantedPacking } from "../../src/models/options.ts";
import {
  crossEntropy,
  dispose,
  int32,
  memory,
  resetPeakMemory,
  scope,
} from "../../src/mx/index.ts";
import { createRenderer } from "../../src/text/index.ts";
import { needsRealModel, realModel } from "../support/real-model.ts";
import { toyRunConfig, writeRows } from "../support/toy-model.ts";

interface Prompt {
  question?: string;
  text?: string;
  ids: number[];
  answer: number[];
}

interface Expected {
  config: Record<string, unknown>;
  parameters: number;
  texts: { text: string; ids: number[] }[];
  prompts: Prompt[];
}

const fixture = new URL("../fixtures/real/expected.json", import.meta.url);
const expected = JSON.parse(readFileSync(fixture, "utf8")) as Expected;
const origin = { name: realModel, revision: null, cache_dir: null };
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

/** Measurements belong in the log of a run; nothing is judged by them. */
function tell(line: string): void {
  process.stderr.write(`real: ${line}\n`);
}

beforeEach(needsRealModel);

test("config.json and the number of parameters are transformers'", async () => {
  const { stored } = await openModel(origin);
  expect(stored.config).toMatchObject(expected.config);
  const sizes = [...stored.tensors.values()].map(({ shape }) =>
    shape.reduce((product, length) => product * length, 1),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(expected.parameters);
});

describe("the tokenizer", () => {
  test("gives the ids of every text", async () => {
    const { tokenizer } = await openModel(origin);
    for (const { text, ids } of expected.texts)
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
  });

  test("and the ids of conversations, under the model's own template", async () => {
    const { tokenizer } = await openModel(origin);
    const renderer = createRenderer(tokenizer, { template: "auto" });
    const asked = expected.prompts.filter(({ question }) => question !== undefined);
    expect(asked.length).toBeGreaterThan(8);
    for (const { question = "", ids } of asked)
      expect(renderer.prompt([{ role: "user", content: question }]), question).toEqual(ids);
  });
});

async function greedy({ engine, tokenizer }: Model, { ids: prompt }: Prompt): Promise<number[]> {
  const settings = { maxTokens: 32, stopTokenIds: tokenizer.stopTokenIds, seed: 0 };
  const { ended } = engine.submit({ ...settings, prompt, sampling: plainSampling });
  return (await ended).tokenIds;
}

test("greedy tokens of 20 prompts are transformers', in float32", async () => {
  resetPeakMemory();
  const start = performance.now();
  const model = await loadModel(realModel, { dtype: "float32" });
  tell(`loaded in ${((performance.now() - start) / 1000).toFixed(2)} s`);
  tell(`peak while loading: ${megabytes(memory().peakBytes)} of arrays`);
  expect(expected.prompts).toHaveLength(20);
  const begun = performance.now();
  let tokens = 0;
  for (const prompt of expected.prompts) {
    const found = await greedy(model, prompt);
    // A stop token ends ours and is the last of theirs.
    const wanted = prompt.answer.filter((id) => !model.tokenizer.stopTokenIds.includes(id));
    expect(found, prompt.question ?? prompt.text).toEqual(wanted);
    tokens += found.length;
  }
  const seconds = (performance.now() - begun) / 1000;
  tell(`${tokens} tokens in ${seconds.toFixed(1)} s, prompts included`);
  tell(`resident: ${megabytes(process.memoryUsage.rss())}`);
  model.dispose();
});

test("an adapter trained for a few steps lowers the loss", async () => {
  const folder = join(inject("runFolder"), "real");
  const data = writeRows(`${folder}-rows.jsonl`, 12);
  const optimization = { iters: 6, batch_size: 2, learning_rate: 1e-3 };
  const config = toyRunConfig({
    model: realModel,
    data,
    output: folder,
    options: { optimization, lora: { r: 8 } },
  });
  const losses: number[] = [];
  resetPeakMemory();
  await trainRun(config, {
    isolate: false,
    onEvent: (event) => {
      if (event.type === "step-reported" && event.trainLoss !== null) losses.push(event.trainLoss);
    },
  });
  tell(`training: loss ${losses[0]?.toFixed(2)} → ${losses.at(-1)?.toFixed(2)}`);
  tell(`peak while training: ${megabytes(memory().peakBytes)} of arrays`);
  expect(losses).toHaveLength(6);
  expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.8);
});

test("in 4 bits it takes less than 0.4 of half precision, and its perplexity rises by less than a tenth", async () => {
  const { stored, tokenizer } = await openModel(origin);
  // Prose that is not learned by heart, long enough for a mean.
  const text = readFileSync(
    new URL("../../docs/troubleshooting.md", import.meta.url),
    "utf8",
  ).replace(/\s+/g, " ");
  const ids = tokenizer.encode(text, { addSpecialTokens: false }).slice(0, 513);
  const perplexities: number[] = [];
  for (const load_in_4bit of [false, true]) {
    const before = memory().activeBytes;
    const packing = wantedPacking({ ...ModelOptions.parse({}), load_in_4bit });
    const options = { dtype: "float32" as const, ...packedWith(packing) };
    const { model, sizes } = await loadStoredModel(stored, options);
    const share = (memory().activeBytes - before) / (2 * sizes.parameterCount);
    if (load_in_4bit) expect(share).toBeLessThan(0.4);
    const loss = scope(() => {
      const logits = model.forward(int32(ids.slice(0, -1), [1, ids.length - 1]));
      return crossEntropy(logits, int32(ids.slice(1), [1, ids.length - 1]))
        .mean()
        .item();
    });
    perplexities.push(Math.exp(loss));
    tell(
      `4 bits: ${load_in_4bit}, ${share.toFixed(3)} of halves, perplexity ${Math.exp(loss).toFixed(2)}`,
    );
    dispose(model);
  }
  const [plain = 0, packed = 0] = perplexities;
  expect(packed / plain).toBeLessThan(1.1);
}, 120_000);
