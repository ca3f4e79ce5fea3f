// A llama over libtorch beside the same over MLX: logits, what it answers, and a LoRA run step by step; and that the
// layers above refuse what they cannot do there, with what to do instead.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { NativeError } from "../../src/core/errors.ts";
import { Engine, type GenerationEnd, plainSampling } from "../../src/generate/index.ts";
import { loadModel, type Model } from "../../src/generate/load-model.ts";
import { liveTensors } from "../../src/mx/index.ts";
import { makeFolder } from "../support/folders.ts";
import { rejection } from "../support/refusal.ts";
import { makeToyModel, writeRows } from "../support/toy-model.ts";
import { finalModel, largestGap, logitsOf, trainToy } from "../support/toy-training.ts";
import { inTorch, torchTest } from "./torch.ts";

/** Of float32 numbers that were summed in another order, through four blocks; logits here span some 30. */
const LOGIT_GAP = 1e-4;
/** Of a step's loss. */
const LOSS_GAP = 1e-4;

async function loaded<T>(name: string, use: (model: Model) => Promise<T> | T): Promise<T> {
  const model = await loadModel(name);
  try {
    return await use(model);
  } finally {
    model.dispose();
  }
}

const logits = (name: string): Promise<Float32Array> =>
  loaded(name, (model) => model.forward(model.tokenizer.encode("SELECT name FROM mountains")).data);

torchTest("the bundled model has MLX's logits", async () => {
  const mlx = await logits("builtin/tiny");
  const torch = await inTorch(() => logits("builtin/tiny"));
  expect(torch.length).toBe(mlx.length);
  expect(largestGap(torch, mlx)).toBeLessThan(LOGIT_GAP);
  expect(largestGap(mlx, new Float32Array(mlx.length))).toBeGreaterThan(1);
});

/** Two requests at once, so that sequences of different lengths share a pass. */
function answers(name: string): Promise<GenerationEnd[]> {
  return loaded(name, async ({ loaded: { model }, tokenizer }) => {
    const engine = new Engine(model, tokenizer, {});
    try {
      const prompts = ["What is the capital of France?", "Table: volcanoes ( region text )"];
      const requests = prompts.map((prompt, seed) => ({
        prompt: tokenizer.encode(prompt),
        maxTokens: 24,
        stopTokenIds: [],
        sampling: plainSampling,
        seed,
      }));
      return await Promise.all(requests.map((one) => engine.submit(one).ended));
    } finally {
      engine.dispose();
    }
  });
}

torchTest("it answers with the same tokens, with a cache, alone and side by side", async () => {
  const tokensOf = (ends: GenerationEnd[]): unknown[] => ends.map(({ tokenIds }) => tokenIds);
  const mlx = tokensOf(await answers("builtin/tiny"));
  expect(tokensOf(await inTorch(() => answers("builtin/tiny")))).toEqual(mlx);
});

torchTest("a LoRA run has MLX's losses at each step, and leaves an adapter as MLX's", async () => {
  const folder = makeFolder();
  const model = await makeToyModel(join(folder, "model"));
  const data = writeRows(join(folder, "rows.jsonl"), 12);
  const options = { optimization: { max_grad_norm: 0.5, weight_decay: 0.01 } };
  let torchLeft = 0;
  const before = liveTensors();
  const mlx = await trainToy({ model, data, output: join(folder, "mlx"), options });
  const mlxLeft = liveTensors() - before;
  const torch = await inTorch(async () => {
    const torchBefore = liveTensors();
    const run = await trainToy({ model, data, output: join(folder, "torch"), options });
    torchLeft = liveTensors() - torchBefore;
    return run;
  });
  expect(torchLeft).toBe(mlxLeft);
  expect(mlx.losses.length).toBe(12);
  expect(mlx.losses[0] as number).toBeGreaterThan((mlx.losses.at(-1) as number) + 0.1);
  const gaps = mlx.losses.map((loss, step) => Math.abs(loss - (torch.losses[step] ?? Infinity)));
  expect(Math.max(...gaps)).toBeLessThan(LOSS_GAP);
  const ofMlx = await logitsOf(model, finalModel(mlx));
  expect(largestGap(await logitsOf(model, finalModel(torch)), ofMlx)).toBeLessThan(1e-2);
  const there = await inTorch(() => logitsOf(model, finalModel(mlx)));
  expect(largestGap(there, ofMlx)).toBeLessThan(LOGIT_GAP);
});

interface Measured {
  what: string;
  file: string;
  steps: number;
}

/** Beyond these steps a rounding now and then becomes a step of AdamW's on one side alone. */
const measured: Measured[] = [
  { what: "answers", file: "training/wikisql/chat/train.jsonl", steps: 12 },
  { what: "plain text", file: "examples/mlx_example_data/train.jsonl", steps: 10 },
];

for (const { what, file, steps } of measured) {
  torchTest(`the bundled model learns ${what} at a rate of 1e-3 with MLX's losses`, async () => {
    const folder = makeFolder();
    const rows = readFileSync(new URL(`../../data/datasets/${file}`, import.meta.url), "utf8");
    const data = join(folder, "rows.jsonl");
    writeFileSync(data, `${rows.split("\n").slice(0, 44).join("\n")}\n`);
    const optimization = { iters: steps, batch_size: 4, learning_rate: 1e-3 };
    const run = {
      model: "builtin/tiny",
      data,
      options: { optimization, lora: { r: 8, dropout: 0 } },
    };
    const mlx = await trainToy({ ...run, output: join(folder, "mlx") });
    const torch = await inTorch(() => trainToy({ ...run, output: join(folder, "torch") }));
    expect(mlx.losses).toHaveLength(steps);
    const gaps = mlx.losses.map((loss, at) => Math.abs(loss - (torch.losses[at] ?? Infinity)));
    expect(Math.max(...gaps)).toBeLessThan(LOSS_GAP);
  });
}

torchTest("dropout draws what MLX draws from the same key", async () => {
  const folder = makeFolder();
  const model = await makeToyModel(join(folder, "model"));
  const data = writeRows(join(folder, "rows.jsonl"), 4);
  const options = { lora: { dropout: 0.2 }, optimization: { iters: 3 } };
  const mlx = await trainToy({ model, data, output: join(folder, "mlx"), options });
  const torch = await inTorch(() =>
    trainToy({ model, data, output: join(folder, "torch"), options }),
  );
  const gaps = mlx.losses.map((loss, step) => Math.abs(loss - (torch.losses[step] ?? Infinity)));
  expect(Math.max(...gaps)).toBeLessThan(LOSS_GAP);
});

torchTest("a model in 4 bits is refused with the operation that is missing", async () => {
  const model = await makeToyModel(join(makeFolder(), "model"));
  const error = await inTorch(() => rejection(loadModel(model, { loadIn4bit: true }), NativeError));
  expect(error.message).toMatch(/has no operation quantize/);
  expect(error.hint).toContain("FT_BACKEND=cpu");
});
