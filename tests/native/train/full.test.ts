// Full fine-tuning: all weights or those of the last blocks, and float32 copies of weights in half precision.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import type { RunConfig } from "../../../src/app/config/schema.ts";
import { resumeRun, trainRun } from "../../../src/app/train/train-run.ts";
import { ConfigError, ModelError } from "../../../src/core/errors.ts";
import {
  dispose,
  normal,
  randomKey,
  retain,
  scope,
  type Tensor,
  zeros,
} from "../../../src/mx/index.ts";
import { type OptimizedSlot, optimizers, withMasters } from "../../../src/nn/index.ts";
import type { RunEvent } from "../../../src/runs/index.ts";
import { loadTensorFile, saveTensors } from "../../../src/weights/index.ts";
import { bitsOf, relativeDifference } from "../../parity/models/fixtures.ts";
import { rejection } from "../../support/refusal.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;
let data: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "full");
  model = await makeToyModel(join(folder, "model"), { config: { tie_word_embeddings: false } });
  data = writeRows(join(folder, "rows.jsonl"), 12);
});

interface Options {
  layers?: number;
  dtype?: string;
  masters?: boolean;
  rate?: number;
}

function configOf(output: string, options: Options = {}): RunConfig {
  const { layers = -1, dtype = "float32", masters = false, rate = 0.01 } = options;
  const config = toyRunConfig({
    ...{ model, data, output: join(folder, output) },
    options: {
      method: "full",
      data: { validation_split: 0 },
      lora: { num_layers: layers },
      optimization: {
        ...{ iters: 6, batch_size: 2, learning_rate: rate, lr_scheduler: "constant" },
        ...{ master_weights: masters },
      },
    },
  });
  return { ...config, model: { ...config.model, torch_dtype: dtype as "float32" } };
}

/** Names of the tensors that are other bits than the model's. */
async function changedBy(output: string): Promise<string[]> {
  const [before, after] = await Promise.all(
    [model, join(folder, output, "final_model")].map((from) =>
      loadTensorFile(join(from, "model.safetensors")),
    ),
  );
  const names = [...(before?.tensors.keys() ?? [])].filter((name) => {
    const [one, other] = [before, after].map((file) => bitsOf(file?.tensors.get(name)).join());
    return one !== other;
  });
  dispose([before?.tensors, after?.tensors]);
  return names.toSorted();
}

describe("which weights move", () => {
  test("all of them, head, embedding and norms too", async () => {
    await trainRun(configOf("all"), { isolate: false });
    const changed = await changedBy("all");
    expect(changed).toContain("model.embed_tokens.weight");
    expect(changed).toContain("lm_head.weight");
    const { tensors } = await loadTensorFile(join(model, "model.safetensors"));
    expect(changed).toEqual([...tensors.keys()].toSorted());
    dispose(tensors);
  });

  test("with num_layers, every one of the last blocks and none besides", async () => {
    const events: RunEvent[] = [];
    const onEvent = (event: RunEvent): void => void events.push(event);
    await trainRun(configOf("last", { layers: 1 }), { isolate: false, onEvent });
    const changed = await changedBy("last");
    expect(changed.every((name) => name.startsWith("model.layers.1."))).toBe(true);
    expect(changed.length).toBe(9);
    const started = events.find(({ type }) => type === "run-started");
    const { trainableParameters, totalParameters } = started as Extract<
      RunEvent,
      { type: "run-started" }
    >;
    expect(trainableParameters).toBeLessThan(totalParameters / 2);
  });

  test("more blocks than there are is refused before anything is loaded", async () => {
    const error = await rejection(
      trainRun(configOf("many", { layers: 3 }), { isolate: false }),
      ConfigError,
    );
    expect(error).toMatchObject({ code: "FT-ADAPTER-002" });
  });
});

describe("float32 copies of half-precision weights", () => {
  test("a run stopped half way and gone on with has the bytes of one that was never stopped", async () => {
    const options = { dtype: "bfloat16", masters: true, layers: 1 };
    await trainRun(configOf("whole", options), { isolate: false });
    const stopper = new AbortController();
    let steps = 0;
    const onEvent = ({ type }: RunEvent): void => {
      if (type === "step-reported" && ++steps === 3) stopper.abort();
    };
    await trainRun(configOf("parts", options), { isolate: false, onEvent, signal: stopper.signal });
    await resumeRun(join(folder, "parts"), { isolate: false });
    const [whole, parts] = ["whole", "parts"].map((name) =>
      readFileSync(join(folder, name, "final_model", "model.safetensors")),
    ) as [Buffer, Buffer];
    expect(steps).toBe(3);
    expect(parts.equals(whole)).toBe(true);
  });

  /** A parameter of ones in bfloat16 and how it moves in 40 steps of a rate that a step alone does not show. */
  function moved(isKept: boolean, name: string): Tensor {
    let value = zeros([8, 8], "bfloat16").add(1);
    const slot: OptimizedSlot = {
      ...{ name: "w", trainable: true, isHidden: true, get: () => value },
      set: (next) => void (value = next),
    };
    const { make, usual } = optimizers.get(name);
    const settings = { ...usual, weightDecay: 0, biasCorrection: true, adamwShare: 0.2 };
    const optimizer = (isKept ? withMasters(make) : make)([slot], settings);
    const gradient = normal(0, 1, [8, 8], randomKey(1)).abs().add(0.5).astype("bfloat16");
    for (let step = 0; step < 40; step++) optimizer.update([gradient], 2e-4);
    return value.sub(1).abs().mean();
  }

  test.each(["adamw", "adam", "lion"])("%s moves what it would not without them", (name) => {
    scope(() => {
      // bfloat16 keeps steps of 0.004 below one and 0.008 above; a step is 2e-4
      expect(moved(false, name).item()).toBe(0);
      expect(moved(true, name).item()).toBeGreaterThan(4e-3);
    });
  });

  test("float32 parameters are left to the optimizer itself", () => {
    scope(() => {
      let value = zeros([2, 2]);
      const set = (next: Tensor): void => void (value = next);
      const slot = { name: "w", trainable: true, isHidden: true, get: () => value, set };
      const { make, usual } = optimizers.get("adamw");
      const settings = { ...usual, weightDecay: 0, biasCorrection: true, adamwShare: 0.2 };
      const names = [...withMasters(make)([slot], settings).state().tensors.keys()];
      expect(names.filter((name) => name.endsWith(".master"))).toEqual([]);
    });
  });
});

describe("other first weights", () => {
  /** A file as mlx_lm.lora writes one of such a run: some blocks, by the paths of parameters. */
  async function firstWeights(name: string): Promise<string> {
    const { tensors } = await loadTensorFile(join(model, "model.safetensors"));
    const file = join(folder, `${name}.safetensors`);
    const values = scope(() => {
      const block = [...tensors].filter(([path]) => path.startsWith("model.layers.1."));
      return retain(new Map(block.map(([path, value]) => [path, value.mul(2).astype("bfloat16")])));
    });
    await saveTensors(file, values, { format: "mlx" });
    dispose([tensors, values]);
    return file;
  }

  test("a run begins with them, in its own precision", async () => {
    const file = await firstWeights("first");
    const { lora, ...config } = configOf("begun", { layers: 1, rate: 1e-12 });
    await trainRun({ ...config, lora: { ...lora, init_adapter: file } }, { isolate: false });
    const [found, expected] = await Promise.all(
      [join(folder, "begun", "final_model", "model.safetensors"), file].map(loadTensorFile),
    );
    const path = "model.layers.1.mlp.up_proj.weight";
    const [one, other] = [found, expected].map((from) => from?.tensors.get(path) as Tensor);
    expect(one?.dtype).toBe("float32");
    expect(scope(() => relativeDifference(one as Tensor, other as Tensor))).toBeLessThan(1e-6);
    dispose([found?.tensors, expected?.tensors]);
  });

  test("an adapter is refused, with what it is for", async () => {
    await trainRun({ ...configOf("adapter"), method: "lora", tuning: "lora" }, { isolate: false });
    const start = join(folder, "adapter", "final_model");
    const { lora, ...config } = configOf("refused");
    const asked = { ...config, lora: { ...lora, init_adapter: start } };
    const error = await rejection(trainRun(asked, { isolate: false }), ModelError);
    expect(error).toMatchObject({ code: "FT-ADAPTER-008", exitCode: 3 });
    expect(error.problems[0]).toMatch(/lora_a: no such parameter/);
  });
});
