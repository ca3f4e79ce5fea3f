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
        expect.stringMatching(
          /refused\.yaml:4: report_to: ft does not report to wandb.*--report-to/,
        ),
        expect.stringMatching(
          /refused\.yaml:5: hf_dataset: data is a file or folder here: ft data pull/,
        ),
        expect.stringMatching(/itres: mlx_lm.lora 0.32 has no such key; did you mean iters\?/),
        expect.stringMatching(/lora_parameters.alpha: mlx-lm has scale in its place/),
      ],
    }),
  );
});

/** What mlx-lm ships as mlx_lm/examples/lora_config.yaml, with what is commented out there. */
const example = `
model: "mlx-community/Llama-3.2-1B-Instruct-bf16"
train: true
fine_tune_type: lora
optimizer: adamw
optimizer_config:
  adamw:
    betas: [0.9, 0.98]
    eps: 1e-6
    weight_decay: 0.05
    bias_correction: true
data: "rows"
seed: 0
num_layers: 16
batch_size: 4
iters: 1000
val_batches: 25
learning_rate: 1e-5
steps_per_report: 10
steps_per_eval: 200
grad_accumulation_steps: 1
resume_adapter_file: null
adapter_path: "adapters"
save_every: 100
test: false
test_batches: 100
max_seq_length: 2048
grad_checkpoint: false
lora_parameters:
  keys: ["self_attn.q_proj", "self_attn.v_proj"]
  rank: 8
  scale: 20.0
  dropout: 0.0
lr_schedule:
  name: cosine_decay
  warmup: 100
  warmup_init: 1e-7
  arguments: [1e-5, 1000, 1e-7]
`;

function written(name: string, text: string): string {
  const file = fileOf(name, {});
  writeFileSync(file, text);
  return file;
}

test("every key of the example that mlx-lm ships means something here", () => {
  const { config, unused } = load(written("example", example));
  expect(unused).toEqual([]);
  expect(config).toMatchObject({
    ...{ method: "lora", seed: 0, output_dir: "adapters" },
    model: { name: "mlx-community/Llama-3.2-1B-Instruct-bf16", torch_dtype: "checkpoint" },
    data: { train_file: "rows", max_length: 2048, mask: "all", evaluate_test: false },
    lora: { target_modules: ["self_attn.q_proj", "self_attn.v_proj"], init_adapter: null },
    optimization: {
      ...{ beta2: 0.98, eps: 1e-6, weight_decay: 0.05, bias_correction: true, test_batches: 100 },
      ...{ learning_rate: 1e-5, report_every: 10, save_steps: 100, gradient_accumulation_steps: 1 },
    },
    course: { schedule_arguments: [1e-5, 1000, 1e-7], schedule_warmup: 100 },
  });
});

test.each([
  ["batch_size: four", 'batch_size: expected a number, not "four"'],
  ["batch_size: 2.5", "batch_size: expected a whole number, not 2.5"],
  ['learning_rate: "1e-5"', 'learning_rate: expected a number, not "1e-5"'],
  ["train: yes please", 'train: expected true or false, not "yes please"'],
  ["train: false", "train: ft train start trains"],
  ["fine_tune_type: qlora", "fine_tune_type: Unknown"],
  ["optimizer: lion", "optimizer: Unknown"],
  ["lora_parameters: 8", "lora_parameters: expected keys and values, not 8"],
  ["lora_parameters:\n  keys: q_proj", 'lora_parameters.keys: expected a list, not "q_proj"', 3],
  ["lora_parameters:\n  rnak: 8", "no such key; did you mean rank?", 3],
  ["optimizer_config: []", "optimizer_config: expected keys and values, not []"],
  ["optimizer_config:\n  adam:\n    betas: [0.9]", "optimizer_config.adam.betas", 4],
  ["lr_schedule:\n  arguments: none", 'lr_schedule.arguments: expected a list, not "none"', 3],
  ["val_batches: 0", "val_batches: expected a whole number above 0, or -1"],
  ["prompt_feature: input", "rename the field of the rows to prompt"],
  ["trust_remote_code: true", "code from a model repository is never run"],
])("%s is refused with file, line and key", (text, message, line = 2) => {
  const file = written("wrong", `model: some/model\n${text}\n`);
  expect(() => load(file)).toThrow(
    expect.objectContaining({
      code: "FT-CONFIG-067",
      problems: [expect.stringContaining(message)],
    }),
  );
  expect(() => load(file)).toThrow(
    expect.objectContaining({ problems: [expect.stringContaining(`${file}:${line}: `)] }),
  );
});

test("an optimizer's settings that are built in are refused in another value only, and null is a default", () => {
  const muon = { model: "m", optimizer: "Muon", optimizer_config: { muon: { ns_steps: 5 } } };
  const { config } = load(fileOf("muon", { ...muon, lora_parameters: null, num_layers: null }));
  expect(config.optimization).toMatchObject({ optimizer: "muon", muon_alone: true });
  expect(config.lora).toMatchObject({ num_layers: 16, r: 8 });
  const other = { ...muon, optimizer_config: { muon: { ns_steps: 4 } } };
  expect(() => load(fileOf("muon-4", other))).toThrow(
    expect.objectContaining({
      problems: [expect.stringMatching(/muon-4.yaml:5: optimizer_config.muon.ns_steps: only 5/)],
    }),
  );
});

test("any checkpoint of a run is an adapter to resume, and layers below one are all", () => {
  const start = "adapters/0000100_adapters.safetensors";
  const { config } = load(
    fileOf("resume", { model: "m", resume_adapter_file: start, num_layers: 0, test: true }),
  );
  expect(config.lora).toMatchObject({ init_adapter: start, num_layers: -1 });
  expect(config.data.evaluate_test).toBe(true);
  expect(config.optimization.test_batches).toBe(500);
});
