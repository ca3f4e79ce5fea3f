import { RunConfigSchema } from "../../src/app/config/schema.ts";
// A program of its own, since tests run without compilation: takes the same steps compiled and not, for each case that is
// named, and prints what was learned. The addon is asked for in the environment.
import { learnerOf, tuningOf } from "../../src/app/train/make-learner.ts";
import { type Batch, collate } from "../../src/data/index.ts";
import { scope } from "../../src/mx/index.ts";
import { supervised } from "../../src/train/objectives/supervised.ts";
import { optimizedSlots } from "../../src/train/run.ts";
import { buildToy, toyConfig } from "./toy-model.ts";

const vocab_size = 64;
const gpt2 = {
  model_type: "gpt2",
  n_embd: 32,
  n_layer: 2,
  n_head: 4,
  n_positions: 256,
  vocab_size,
};
const llama = { ...toyConfig, vocab_size };
const lora = { r: 4, target_modules: ["all-linear"] };

interface Case {
  model: Record<string, unknown>;
  settings: Record<string, unknown>;
  packed?: boolean;
}

const cases: Readonly<Record<string, Case>> = {
  "lora with dropout, packed rows, blocks computed again": {
    model: llama,
    settings: { lora: { ...lora, dropout: 0.2 }, optimization: { gradient_checkpointing: true } },
    packed: true,
  },
  dora: { model: llama, settings: { method: "dora", lora: { ...lora, dropout: 0 } } },
  "full, with noise and smoothing": {
    model: gpt2,
    settings: { method: "full", loss: { neftune_alpha: 5, label_smoothing: 0.1, z_loss: 1e-3 } },
  },
};

function sequence(length: number, seed: number) {
  return {
    ids: Int32Array.from({ length }, (_, at) => (seed * 31 + length * 7 + at * 5) % vocab_size),
    weights: Float32Array.from({ length }, (_, at) => (at < 3 + seed ? 0 : 1)),
  };
}

/** Two of each of two shapes, their rows of different numbers of learned tokens. */
function batches(packed = false): Batch[] {
  const rows = [
    [20, 30],
    [25, 60],
    [31, 22],
    [40, 58],
  ];
  return rows.map((lengths, seed) => {
    const units = lengths.map((length) => [
      sequence(length, seed),
      ...(packed ? [sequence(4, 1)] : []),
    ]);
    return collate(units, { padId: 0, padToMultiple: 32, maxLength: 96 });
  });
}

async function learn({ model: shape, settings, packed }: Case, compile: boolean) {
  const { optimization = {}, ...rest } = settings as { optimization?: object };
  const config = RunConfigSchema.parse({ ...rest, optimization: { ...optimization, compile } });
  const model = await buildToy(shape);
  const none = async (): Promise<void> => undefined;
  const how = { origin: { base: "", template: "" }, modelFiles: { save: none, load: none } };
  const tuning = await tuningOf(config, model, how);
  const slots = optimizedSlots(model).filter((slot) => slot.trainable);
  const learner = learnerOf({ config, model, objective: supervised as never, tuning, slots });
  const losses: number[] = [];
  const building: number[] = [];
  const given = batches(packed);
  for (let round = 0; round < 2; round++) {
    for (const [at, batch] of given.entries()) {
      // two micro-batches, the second one the next batch
      const window = [batch, given[(at + 1) % given.length] as Batch];
      const input = { batches: window, learningRate: 1e-3, seeds: [round, at] };
      const { loss = Number.NaN, graphMilliseconds = 0 } =
        (await learner.step(input, () => false)) ?? {};
      losses.push(loss);
      building.push(graphMilliseconds);
    }
  }
  const sizes = scope(() => slots.map((slot) => slot.get().square().sum().item()));
  const { traces } = learner;
  learner.dispose();
  return { losses, sizes, traces, building: building.toSorted((a, b) => a - b)[0] };
}

const found: Record<string, unknown> = {};
for (const [name, one] of Object.entries(cases))
  found[name] = { plain: await learn(one, false), compiled: await learn(one, true) };
process.stdout.write(JSON.stringify(found));
