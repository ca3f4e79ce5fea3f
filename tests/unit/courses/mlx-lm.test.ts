// The parts of the course that reproduces mlx_lm.lora, against values recorded from numpy 2.4 and mlx 0.32.4. The whole
// is compared with mlx-lm itself in tests/interop.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { stringify } from "yaml";
import { loadRunConfig } from "../../../src/app/config/load.ts";
import { DrawnBatches, slicedBatches } from "../../../src/app/courses/mlx-lm/batches.ts";
import { LegacyRandom } from "../../../src/app/courses/mlx-lm/legacy-random.ts";
import { mlxLmRows } from "../../../src/app/courses/mlx-lm/rows.ts";
import { mlxLmSchedule } from "../../../src/app/courses/mlx-lm/schedule.ts";
import { CourseOptions } from "../../../src/app/courses/options.ts";

const permutations = [[4, 6, 5, 3, 1, 0, 2], [0], [7, 9, 4, 1, 6, 2, 3, 8, 5, 0]];

test("permutations are numpy's, one after the other", () => {
  const random = new LegacyRandom(3);
  expect([7, 1, 10].map((count) => random.permutation(count))).toEqual(permutations);
  expect(new LegacyRandom(4294967295).permutation(6)).toEqual([1, 4, 5, 0, 2, 3]);
  // more numbers than the generator's state holds
  const long = new LegacyRandom(0).permutation(2000);
  expect(long.slice(0, 5)).toEqual([405, 1190, 1132, 731, 1754]);
  expect(long.reduce((sum, value, at) => sum + value * at, 0)).toBe(2001039964);
});

test.each([
  [
    "warm-up and cosine",
    {
      schedule: "cosine_decay",
      schedule_arguments: [1e-3, 6, 1e-4],
      schedule_warmup: 3,
      schedule_warmup_init: 1e-5,
    },
    [
      1e-5, 3.4e-4, 6.7e-4, 1e-3, 1e-3, 9.397115e-4, 7.75e-4, 5.5e-4, 3.25e-4, 1.602886e-4, 1e-4,
      1e-4,
    ],
  ],
  [
    "exponential",
    { schedule: "exponential_decay", schedule_arguments: [0.1, 0.9] },
    [0.1, 0.09, 0.081, 0.0729, 0.06561],
  ],
  [
    "step",
    { schedule: "step_decay", schedule_arguments: [0.1, 0.5, 3] },
    [0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025],
  ],
  [
    "linear",
    { schedule: "linear_schedule", schedule_arguments: [0.1, 0, 4] },
    [0.1, 0.075, 0.05, 0.025, 0, 0],
  ],
])("rates: %s", (_, options, expected) => {
  const rate = mlxLmSchedule(1, CourseOptions.parse(options));
  // mlx computes them in float32
  for (const [at, value] of expected.entries()) expect(rate(at)).toBeCloseTo(value, 7);
});

test("batches are slices of rows sorted by their fields; passes and validations draw from one generator", () => {
  expect(slicedBatches([2, 1, 1, 2, 1], 2)).toEqual([
    [1, 2],
    [4, 0],
  ]);
  const plan = new DrawnBatches({
    ...{ seed: 3, iterations: 9, evaluateEvery: 4 },
    training: Array.from({ length: 7 }, (_, at) => [at]),
    validation: [[10]],
  });
  const order = Array.from(
    { length: 7 },
    (_, at) => plan.window(plan.cursorAt(at)).microBatches[0]?.[0],
  );
  expect(order).toEqual(permutations[0]);
  expect([0, 1, 2, 3, 7, 8, 9].filter((at) => plan.isValidated(at))).toEqual([0, 3, 7, 8]);
  expect(plan.validationAt(0, 25)).toEqual([[10]]);
});

test("a row is learned from its first learned token on, with one token of padding where there is room", () => {
  const row = { sample: { kind: "text" as const, text: "" }, format: "text", file: "a", line: 1 };
  const sequences = [{ ids: Int32Array.of(5, 6, 7, 8), weights: Float32Array.of(0, 0, 1, 0) }];
  const rows = { samples: [{ row, sequences }], truncated: 0, dropped: [] };
  const learned = (most: number): number[][] => {
    const [sequence] = mlxLmRows(rows, { maxLength: most }).samples[0]?.sequences ?? [];
    return [[...(sequence?.ids ?? [])], [...(sequence?.weights ?? [])]];
  };
  expect(learned(10)).toEqual([
    [5, 6, 7, 8, 0],
    [0, 0, 1, 1, 1],
  ]);
  expect(learned(4)).toEqual([
    [5, 6, 7, 8],
    [0, 0, 1, 1],
  ]);
  expect(learned(3)).toEqual([
    [5, 6, 7],
    [0, 0, 1],
  ]);
});

function fileOf(name: string, values: object): string {
  const folder = join(inject("runFolder"), "mlx-lm-files");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, stringify(values));
  return file;
}

const load = (file: string) => loadRunConfig({ configFile: file, environment: {} });

test("its configuration file is read as what it means, with its defaults", () => {
  const file = fileOf("whole", {
    ...{ model: "some/model", data: "rows", train: true, fine_tune_type: "lora" },
    ...{ mask_prompt: true, val_batches: -1, steps_per_eval: 7, adapter_path: "out" },
    optimizer: "adamw",
    optimizer_config: { adamw: { betas: [0.8, 0.9], weight_decay: 0.2 }, sgd: { nesterov: true } },
    lora_parameters: { rank: 4, scale: 10 },
    lr_schedule: { name: "cosine_decay", arguments: [1e-3, 6], warmup: 3 },
  });
  const { config, origins } = load(file);
  expect(config.course).toMatchObject({
    compat: "mlx-lm",
    schedule: "cosine_decay",
    schedule_warmup: 3,
  });
  expect(config.lora).toMatchObject({ r: 4, scale: 10, dropout: 0, num_layers: 16 });
  expect(config.data).toMatchObject({ train_file: "rows", mask: "last", max_length: 2048 });
  expect(config.optimization).toMatchObject({
    ...{ optimizer: "adamw", beta1: 0.8, beta2: 0.9, weight_decay: 0.2, bias_correction: false },
    ...{ iters: 1000, eval_steps: 7, eval_batches: null, learning_rate: 1e-5, max_grad_norm: null },
  });
  expect(config.output_dir).toBe("out");
  expect(origins.get("lora.r")).toBe(`config:${file}`);
});

test("keys without a counterpart are named, with their lines", () => {
  const file = fileOf("refused", {
    ...{
      model: "some/model",
      data: "rows",
      train: true,
      report_to: "wandb",
      hf_dataset: { path: "x" },
    },
    ...{ lora_parameters: { rank: 4, alpha: 3 }, trust_remote_code: false, itres: 5 },
  });
  expect(() => load(file)).toThrow(
    expect.objectContaining({
      code: "FT-CONFIG-067",
      problems: [
        expect.stringMatching(/refused\.yaml:4: report_to: ft reports/),
        expect.stringMatching(/refused\.yaml:5: hf_dataset: rows come from files/),
        expect.stringMatching(/itres: mlx_lm.lora 0.32 has no such key/),
        expect.stringMatching(/lora_parameters.alpha: mlx_lm.lora 0.32 has no such key/),
      ],
    }),
  );
});
