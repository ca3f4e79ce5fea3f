// Frozen blocks computed once: the run learns what it would have learned, stops and goes on in the same bytes, and
// leaves nothing behind.
import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { resumeRun, trainRun } from "../../../src/app/train/train-run.ts";
import { collate, type Sequence } from "../../../src/data/index.ts";
import type { RunEvent } from "../../../src/runs/index.ts";
import { stretches } from "../../../src/train/prefix-states.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;
/** Whose trained block reads keys, states and inputs beside the hidden state. */
let carrying: string;
let data: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "prefix-states");
  model = await makeToyModel(join(folder, "model"), { config: { num_hidden_layers: 3 } });
  carrying = await makeToyModel(join(folder, "carrying"), { config: gemma3n });
  data = writeRows(join(folder, "rows.jsonl"), 12);
});

const gemma3n = {
  ...{ model_type: "gemma3n_text", num_hidden_layers: 3, head_dim: 8, sliding_window: 8 },
  ...{ layer_types: ["sliding_attention", "full_attention", "full_attention"] },
  ...{ num_kv_shared_layers: 1, hidden_size_per_layer_input: 4, vocab_size_per_layer_input: 40 },
  ...{ altup_num_inputs: 2, laurel_rank: 3 },
};

interface Outcome {
  losses: number[];
  adapter: Buffer;
  /** Whether the states were there while it trained. */
  hadStates: boolean;
}

function configOf(output: string, optimization: Record<string, unknown> = {}, base = model) {
  return toyRunConfig({
    ...{ model: base, data, output },
    options: {
      data: { validation_split: 0.25 },
      lora: { dropout: 0.1, num_layers: 1 },
      optimization: {
        epochs: 3,
        batch_size: 2,
        learning_rate: 0.01,
        eval_steps: 4,
        ...optimization,
      },
    },
  });
}

const statesOf = (output: string): string => join(output, "prefix-states.bin");
const adapterOf = (output: string): Buffer =>
  readFileSync(join(output, "final_model", "adapters.safetensors"));

async function outcomeOf(
  name: string,
  optimization?: Record<string, unknown>,
  base?: string,
): Promise<Outcome> {
  const output = join(folder, name);
  const losses: number[] = [];
  let hadStates = false;
  await trainRun(configOf(output, optimization, base), {
    isolate: false,
    onEvent: (event) => {
      if (event.type === "step-reported") losses.push(event.trainLoss ?? Number.NaN);
      if (event.type === "evaluation-finished") losses.push(event.validationLoss);
      hadStates ||= existsSync(statesOf(output));
    },
  });
  return { losses, adapter: adapterOf(output), hadStates };
}

test.each([
  ["plain", "as a hidden state alone", (): string => model],
  ["carrying", "with what later blocks read beside it", (): string => carrying],
])(
  "%s: every loss is that of a run that computes them for each batch, %s",
  async (kind, _, base) => {
    const cached = await outcomeOf(`${kind}, cached`, {}, base());
    const plain = await outcomeOf(`${kind}, anew`, { prefix_cache: false }, base());
    expect([cached.hadStates, plain.hadStates]).toEqual([true, false]);
    expect(cached.losses.length).toBe(plain.losses.length);
    for (const [at, loss] of cached.losses.entries()) {
      // Other batches, other orders of summing: float32 keeps about 1e-7 of a loss near 5, over 14 steps.
      expect(Math.abs(loss - (plain.losses[at] ?? Number.NaN))).toBeLessThan(1e-5);
    }
  },
);

test("a run of one epoch keeps none", async () => {
  expect((await outcomeOf("single", { epochs: 1 })).hadStates).toBe(false);
});

async function stopAfter(steps: number, output: string): Promise<void> {
  const stopper = new AbortController();
  let seen = 0;
  const onEvent = ({ type }: RunEvent): void => {
    if (type === "step-reported" && ++seen === steps) stopper.abort();
  };
  await trainRun(configOf(output), { isolate: false, onEvent, signal: stopper.signal });
}

test.each([
  ["as it left them", (): void => undefined],
  ["cut short", (path: string): void => truncateSync(path, 100)],
  [
    "of other values",
    (path: string): void => writeFileSync(path, readFileSync(path).fill(0, 0, 64)),
  ],
])("a stopped run goes on in the same bytes with the states %s", async (name, change) => {
  const whole = await outcomeOf(`whole ${name}`);
  const parts = join(folder, `parts ${name}`);
  await stopAfter(6, parts);
  expect(existsSync(statesOf(parts))).toBe(true);
  change(statesOf(parts));
  await resumeRun(parts, { isolate: false });
  expect(adapterOf(parts).equals(whole.adapter)).toBe(true);
  expect(existsSync(statesOf(parts))).toBe(false);
});

test("a packed batch is as many stretches as sequences, without padding", () => {
  const sequence = (length: number): Sequence => {
    return { ids: new Int32Array(length + 1), weights: new Float32Array(length + 1).fill(1) };
  };
  const units = [[sequence(3), sequence(2)], [sequence(4)]];
  const batch = collate(units, { padId: 0, padToMultiple: 8, maxLength: 64 });
  expect(stretches(batch)).toEqual([
    { start: 0, length: 3 },
    { start: 3, length: 2 },
    { start: 8, length: 4 },
  ]);
});
