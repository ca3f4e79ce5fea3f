// Learning from preferences, from rows to a trained adapter: answers share their prompt and score as they do alone,
// margins grow, what the model said before training is asked once and survives a stop.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { layer } from "../../../src/app/config/layers.ts";
import { resolveConfig } from "../../../src/app/config/resolve.ts";
import { trainRun } from "../../../src/app/train/train-run.ts";
import { validateRun } from "../../../src/app/train/validate-run.ts";
import { ftHome } from "../../../src/core/paths.ts";
import type { EncodedRow } from "../../../src/data/index.ts";
import { dispose, scope } from "../../../src/mx/index.ts";
import { lossAndGradients } from "../../../src/nn/index.ts";
import type { RunEvent } from "../../../src/runs/index.ts";
import { type Objective, objectives } from "../../../src/train/objectives/index.ts";
import {
  DistillationOptions,
  LossOptions,
  PreferenceOptions,
} from "../../../src/train/objectives/options.ts";
import {
  buildToy,
  makeToyModel,
  toyConfig,
  toyRunConfig,
  writeRows,
} from "../../support/toy-model.ts";

const collateOptions = { padId: 0, padToMultiple: 32, maxLength: 256 };

/** Two answers of other lengths to a prompt of `prompt` tokens. */
function pair(prompt: number, answers: readonly [number, number], seed: number): EncodedRow {
  const sequences = answers.map((length, which) => ({
    ids: Int32Array.from({ length: prompt + length }, (_, at) =>
      at < prompt ? (seed + at * 7) % 60 : (seed + at * 11 + which * 17) % 60,
    ),
    weights: Float32Array.from({ length: prompt + length }, (_, at) => (at < prompt ? 0 : 1)),
  }));
  const row = { sample: { kind: "preference" }, format: "preference", file: "rows", line: seed };
  return { row, sequences, reference: [-20 - seed, -22] };
}

const units = [
  [pair(40, [9, 14], 1)],
  [pair(23, [17, 3], 2), pair(12, [5, 5], 3)],
  [pair(1, [4, 6], 4)],
];

async function objectiveOf(name: string, preference: object): Promise<Objective> {
  return await objectives.get(name).load({
    loss: LossOptions.parse({}),
    preference: PreferenceOptions.parse(preference),
    distillation: DistillationOptions.parse({}),
  });
}

/** Largest difference of the tensors, by their largest number. */
function distance(a: Float32Array, b: Float32Array): number {
  const scale = a.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? 0))), 0) / scale;
}

describe.each([
  ["llama", toyConfig],
  [
    "gpt2, whose positions are learned",
    { model_type: "gpt2", n_embd: 32, n_layer: 2, n_head: 4, n_positions: 128 },
  ],
])("answers behind one prompt: %s", (_name, config) => {
  test.each(["dpo", "orpo", "simpo"])(
    "%s is what it is with a copy of the prompt for each",
    async (name) => {
      const toy = await buildToy({ ...config, vocab_size: 60 });
      const learned = async (share_prompt: boolean) => {
        const objective = await objectiveOf(name, { share_prompt });
        const batch = objective.collate(units, collateOptions);
        const found = scope(() => {
          const slots = toy.trainableSlots();
          const { values, gradients } = lossAndGradients(slots, () => {
            const { lossSum, metrics = {} } = objective.loss(toy, batch);
            return [lossSum, ...Object.values(metrics).map(({ sum }) => sum)];
          });
          return [...values, ...gradients].map((one) => one.toFloat32());
        });
        return { batch, found };
      };
      const [alone, shared] = [await learned(false), await learned(true)];
      expect(shared.batch.tokens).toBeLessThan(alone.batch.tokens);
      expect(shared.batch.weightSum).toBe(4);
      // The same sums in another order, in float32.
      alone.found.forEach((one, at) =>
        expect(distance(one, shared.found[at] as Float32Array)).toBeLessThan(1e-5),
      );
      dispose(toy);
    },
  );
});

describe("a run", () => {
  const rows = Array.from({ length: 12 }, (_, index) => ({
    prompt: `What is ${index} plus one${", please".repeat(index % 3)}?`,
    chosen: `It is ${index + 1}.`,
    rejected: `Bananas, ${index}${", and more".repeat(index % 2)}.`,
  }));
  let folder: string;
  let model: string;
  let data: string;

  beforeAll(async () => {
    folder = join(inject("runFolder"), "preferences");
    model = await makeToyModel(join(folder, "model"), { embeddingDeviation: 0.5 });
    data = writeRows(join(folder, "pairs.jsonl"), rows);
  });

  interface Given {
    method: string;
    tuning?: string;
    optimization?: object;
    lora?: object;
    preference?: object;
    data?: object;
    signal?: AbortSignal;
    /** Another model's folder. */
    base?: string;
  }

  async function run(name: string, { signal, base = model, ...given }: Given) {
    const events: RunEvent[] = [];
    const stages = new Set<string>();
    const output = join(folder, name);
    const options = {
      ...given,
      data: { validation_split: 0.25, ...given.data },
      lora: { dropout: 0, r: 16, ...given.lora },
      optimization: { iters: 12, batch_size: 2, learning_rate: 0.01, ...given.optimization },
    };
    await trainRun(toyRunConfig({ model: base, data, output, options }), {
      isolate: false,
      onEvent: (event) => events.push(event),
      onProgress: ({ stage }) => stages.add(stage),
      ...(signal && { signal }),
    });
    const reports = events.filter((event) => event.type === "step-reported");
    const evaluations = events.filter((event) => event.type === "evaluation-finished");
    const started = events.find((event) => event.type === "run-started");
    return { output, stages, started, reports, evaluations };
  }

  const cached = (): string[] => readdirSync(join(ftHome(), "cache", "reference")).sort();

  test("of dpo begins at log 2, and margins grow", async () => {
    const { reports, evaluations } = await run("dpo", { method: "dpo" });
    const [first, last] = [reports[0], reports.at(-1)];
    expect(first?.trainLoss).toBeCloseTo(Math.LN2, 6);
    // Asked in batches of other rows, in float32: nothing, but for the last bits of sums near 40.
    for (const name of ["chosen", "rejected", "margins"])
      expect(Math.abs(first?.metrics?.[`rewards/${name}`] ?? NaN)).toBeLessThan(1e-5);
    expect(last?.trainLoss).toBeLessThan(0.3);
    expect(last?.metrics?.["rewards/margins"]).toBeGreaterThan(1);
    expect(last?.metrics?.["rewards/accuracies"]).toBe(1);
    expect(evaluations.at(-1)?.metrics?.["rewards/accuracies"]).toBe(1);
  });

  test("over a model whose state runs through a row each answer has a copy of its prompt", async () => {
    const delta = { linear_num_key_heads: 1, linear_num_value_heads: 2, linear_key_head_dim: 8 };
    const layers = { layer_types: ["linear_attention", "full_attention"], head_dim: 8 };
    const config = { model_type: "qwen3_5_text", ...delta, linear_value_head_dim: 8, ...layers };
    const base = await makeToyModel(join(folder, "recurrent"), { config, embeddingDeviation: 0.5 });
    const { output, reports } = await run("recurrent-dpo", { method: "dpo", base });
    expect(reports[0]?.trainLoss).toBeCloseTo(Math.LN2, 5);
    expect(reports.at(-1)?.trainLoss).toBeLessThan(0.5);
    const resolved = readFileSync(join(output, "config.json"), "utf8");
    expect(resolved).toContain('"share_prompt": false');
  });

  test.each([
    ["orpo", { beta: 0.5 }],
    ["simpo", { beta: 2 }],
  ])("of %s asks no other model, and margins grow", async (method, preference) => {
    const { reports, stages } = await run(method, { method, preference });
    expect(stages.has("measuring")).toBe(false);
    expect(reports.at(-1)?.trainLoss).toBeLessThan((reports[0]?.trainLoss ?? 0) / 2);
    expect(reports.at(-1)?.metrics?.["rewards/accuracies"]).toBe(1);
  });

  test("of kto learns from answers one by one, whatever their order", async () => {
    const judged = rows.flatMap(({ prompt, chosen, rejected }) => [
      { prompt, completion: chosen, label: true },
      { prompt, completion: rejected, label: false },
    ]);
    const file = writeRows(join(folder, "judged.jsonl"), judged);
    const optimization = { batch_size: 4, iters: 20 };
    const { reports, started } = await run("kto", {
      method: "kto",
      data: { train_file: file },
      optimization,
    });
    const [first, last] = [reports[0], reports.at(-1)];
    // Nothing is gained yet, so nothing is better than anything: σ(0).
    expect(first?.trainLoss).toBeCloseTo(0.5, 5);
    expect(last?.trainLoss).toBeLessThan(0.35);
    expect(last?.metrics?.["rewards/chosen"]).toBeGreaterThan(0.5);
    expect(last?.metrics?.["rewards/rejected"]).toBeLessThan(
      last?.metrics?.["rewards/chosen"] ?? 0,
    );
    // What is measured beside a row is not learned: four epochs of what the rows have.
    expect(last?.supervisedTokens).toBe(4 * (started?.dataset.supervisedTokens ?? 0));
  });

  test("asks the model before training once, and takes nothing damaged from the cache", async () => {
    const full = { method: "dpo", optimization: { iters: 3, batch_size: 3 } };
    const first = await run("asked", full);
    expect([...first.stages]).toContain("measuring");
    const files = cached();
    const again = await run("kept", full);
    expect([...again.stages]).not.toContain("measuring");
    expect(cached()).toEqual(files);
    expect(again.reports.map(({ trainLoss }) => trainLoss)).toEqual(
      first.reports.map(({ trainLoss }) => trainLoss),
    );
    const weights = ({ output }: { output: string }): Buffer =>
      readFileSync(join(output, "final_model", "adapters.safetensors"));
    expect(weights(again).equals(weights(first))).toBe(true);
    for (const name of files) {
      const file = join(ftHome(), "cache", "reference", name);
      const bytes = readFileSync(file);
      bytes[70] = (bytes[70] ?? 0) ^ 1;
      writeFileSync(file, bytes);
    }
    const damaged = await run("damaged", full);
    expect([...damaged.stages]).toContain("measuring");
    expect(weights(damaged).equals(weights(first))).toBe(true);
  });

  test("goes on from frozen blocks that were computed once, prompt and answers alike", async () => {
    const losses = async (name: string, prefix_cache: boolean): Promise<number[]> => {
      const lora = { num_layers: 1 };
      const optimization = { iters: null, epochs: 2, prefix_cache };
      const { reports, stages } = await run(name, { method: "dpo", lora, optimization });
      expect(stages.has("computing frozen blocks")).toBe(prefix_cache);
      return reports.map(({ trainLoss }) => trainLoss ?? NaN);
    };
    const [cached, plain] = [await losses("cached", true), await losses("plain", false)];
    // The same sums in another order, over ten steps.
    cached.forEach((loss, at) => expect(Math.abs(loss - (plain[at] ?? NaN))).toBeLessThan(1e-5));
  });

  test("stopped while it asks writes nothing", async () => {
    const stopper = new AbortController();
    stopper.abort();
    const method = { method: "dpo", optimization: { batch_size: 1 }, signal: stopper.signal };
    await expect(run("stopped", method)).rejects.toMatchObject({ code: "FT-INTERRUPTED" });
    expect(existsSync(join(folder, "stopped"))).toBe(false);
  });

  test("over rows that are too long cuts prompts from their beginning, never an answer", async () => {
    const long = { prompt: "word ".repeat(60), chosen: "Yes, it is.", rejected: "No." };
    const hopeless = { prompt: "Why?", chosen: "word ".repeat(60), rejected: "No." };
    const file = writeRows(join(folder, "long.jsonl"), [...rows.slice(0, 3), long, hopeless]);
    const report = await validateRun(
      resolveConfig([
        layer("argument", "", {
          ...{ method: "dpo", model: { name: model } },
          data: { train_file: file, template: "chatml", max_length: 48, validation_split: 0 },
        }),
      ]),
    );
    expect(report.data).toMatchObject({ truncated: 2, dropped: 1, trainRows: 5 });
  });
});
