// SmolLM2-135M-Instruct over libtorch beside the same over MLX: logits, greedy answers, a LoRA run step by step.
// Skipped, with the reason, where `make real` has not fetched it. Its file has four bits a number, which the addon does not
// compute with: both answer from a folder of the same numbers in half precision.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect } from "vitest";
import { convertModel } from "../../src/app/models/convert-model.ts";
import { plainSampling } from "../../src/generate/index.ts";
import { type Model, loadModel } from "../../src/generate/load-model.ts";
import { makeFolder } from "../support/folders.ts";
import { needsRealModel, realModel } from "../support/real-model.ts";
import { writeRows } from "../support/toy-model.ts";
import { largestGap, trainToy } from "../support/toy-training.ts";
import { inTorch, torchTest } from "./torch.ts";

/** Of a token's logits, which span some 40. */
const LOGIT_GAP = 2e-3;
/** Of a step's loss. */
const LOSS_GAP = 1e-4;

const fixture = new URL("../fixtures/real/expected.json", import.meta.url);
const { prompts } = JSON.parse(readFileSync(fixture, "utf8")) as {
  prompts: { ids: number[] }[];
};

beforeEach(needsRealModel);

interface Heard {
  logits: Float32Array[];
  answers: number[][];
}

async function heard(folder: string): Promise<Heard> {
  const model: Model = await loadModel(folder, { dtype: "float32" });
  const asked = prompts.slice(0, 5).map(({ ids }) => ids);
  const logits = asked.map((ids) => model.forward(ids).data);
  const answers: number[][] = [];
  for (const prompt of asked) {
    const settings = { maxTokens: 24, stopTokenIds: model.tokenizer.stopTokenIds, seed: 0 };
    const { ended } = model.engine.submit({ ...settings, prompt, sampling: plainSampling });
    answers.push((await ended).tokenIds);
  }
  model.dispose();
  return { logits, answers };
}

torchTest("logits and greedy tokens of five prompts are MLX's", async () => {
  const folder = join(makeFolder(), "plain");
  await convertModel({ model: realModel, folder, dtype: "float16" });
  const mlx = await heard(folder);
  const torch = await inTorch(() => heard(folder));
  const gaps = mlx.logits.map((one, at) => largestGap(one, torch.logits[at] ?? new Float32Array()));
  process.stderr.write(`real: logits within ${Math.max(...gaps).toExponential(1)}\n`);
  expect(Math.max(...gaps)).toBeLessThan(LOGIT_GAP);
  expect(mlx.answers.flat().length).toBeGreaterThan(20);
  expect(torch.answers).toEqual(mlx.answers);
});

torchTest("six steps of LoRA have MLX's losses", async () => {
  const folder = makeFolder();
  const data = writeRows(join(folder, "rows.jsonl"), 12);
  const options = {
    optimization: { iters: 6, batch_size: 2, learning_rate: 3e-4 },
    lora: { r: 8 },
  };
  const mlx = await trainToy({ model: realModel, data, output: join(folder, "mlx"), options });
  const torch = await inTorch(() =>
    trainToy({ model: realModel, data, output: join(folder, "torch"), options }),
  );
  expect(mlx.losses).toHaveLength(6);
  expect(mlx.losses.at(-1)).toBeLessThan(mlx.losses[0] as number);
  const gaps = mlx.losses.map((loss, step) => Math.abs(loss - (torch.losses[step] ?? Infinity)));
  process.stderr.write(`real: losses within ${Math.max(...gaps).toExponential(1)}\n`);
  expect(Math.max(...gaps)).toBeLessThan(LOSS_GAP);
});
