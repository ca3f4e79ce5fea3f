// How much longer is a step with DoRA than one with LoRA of the same shape, and how much more memory does it need? The two
// take a step in turn, so what the machine does meanwhile hits both alike; each one's peak is measured alone, before.
// Needs 4 GB. A dense row norm instead (as mlx-lm and PEFT compute it) would form every adapted matrix in every step.
//   node --import tsx dev/bench/dora.ts [small|large]
import { loadavg } from "node:os";
import { attachAdapter } from "../../src/adapters/index.ts";
import { collate } from "../../src/data/index.ts";
import type { LanguageModel } from "../../src/models/index.ts";
import { describeBackend, dispose, memory, resetPeakMemory } from "../../src/mx/index.ts";
import { optimizers } from "../../src/nn/index.ts";
import { supervised } from "../../src/train/objectives/supervised.ts";
import { optimizedSlots } from "../../src/train/run.ts";
import { TrainingStep } from "../../src/train/step.ts";
import { buildToy } from "../../tests/support/toy-model.ts";
import { median } from "./statistics.ts";

interface Shape {
  model: Record<string, unknown>;
  length: number;
  /** The last ones carry adapters. */
  blocks: number;
  rounds: number;
}

const batch = 4;
const kinds = ["lora", "dora"];
const shapes: Record<string, Shape> = {
  small: {
    model: {
      ...{ hidden_size: 256, intermediate_size: 768, num_hidden_layers: 4, vocab_size: 8192 },
      ...{ num_attention_heads: 4, num_key_value_heads: 4 },
    },
    ...{ length: 128, blocks: 4, rounds: 40 },
  },
  // Of SmolLM-135M.
  large: {
    model: {
      ...{ hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30, vocab_size: 49_152 },
      ...{ num_attention_heads: 9, num_key_value_heads: 3 },
    },
    ...{ length: 256, blocks: 16, rounds: 5 },
  },
};

/** The processor's do not count what other programs take of the machine. */
interface Seconds {
  wall: number;
  processor: number;
}

interface Arm {
  model: LanguageModel;
  step(): Promise<Seconds>;
  dispose(): void;
}

async function makeArm(kind: string, shape: Shape): Promise<Arm> {
  const facts = { model_type: "llama", tie_word_embeddings: true, max_position_embeddings: 512 };
  const model = await buildToy({ ...facts, ...shape.model });
  const placement = { rank: 8, scale: 2, dropout: 0, targets: ["all-linear"] };
  attachAdapter(model, kind, { ...placement, blockCount: shape.blocks }, 1);
  const slots = optimizedSlots(model).filter((slot) => slot.trainable);
  const adamw = optimizers.get("adamw");
  const settings = { ...adamw.usual, weightDecay: 0.01, biasCorrection: true, adamwShare: 0.2 };
  const optimizer = adamw.make(slots, settings);
  const step = new TrainingStep({ model, objective: supervised, slots, optimizer, maximumNorm: 1 });
  const units = Array.from({ length: batch }, (_, row) => {
    const ids = Int32Array.from(
      { length: shape.length + 1 },
      (_, at) => (row * 97 + at * 31) % 8000,
    );
    return [{ ids, weights: new Float32Array(ids.length).fill(1) }];
  });
  const batches = [collate(units, { padId: 0, padToMultiple: 1, maxLength: shape.length })];
  return {
    model,
    step: async () => {
      const [start, before] = [performance.now(), process.cpuUsage()];
      await step.run({ batches, learningRate: 1e-4, seeds: [0] });
      const { user, system } = process.cpuUsage(before);
      return { wall: (performance.now() - start) / 1e3, processor: (user + system) / 1e6 };
    },
    dispose: () => dispose([model, optimizer]),
  };
}

/** Peak bytes of a few steps, with nothing else in memory. */
async function peakOf(kind: string, shape: Shape): Promise<number> {
  const arm = await makeArm(kind, shape);
  await arm.step();
  resetPeakMemory();
  await arm.step();
  const { peakBytes } = memory();
  arm.dispose();
  return peakBytes;
}

async function measure(name: string, shape: Shape): Promise<void> {
  const peaks: number[] = [];
  for (const kind of kinds) peaks.push(await peakOf(kind, shape));
  const arms: Arm[] = [];
  for (const kind of kinds) arms.push(await makeArm(kind, shape));
  const seconds: Seconds[][] = kinds.map(() => []);
  for (const arm of arms) await arm.step();
  for (let round = 0; round < shape.rounds; round++)
    for (const [at, arm] of arms.entries()) seconds[at]?.push(await arm.step());
  for (const arm of arms) arm.dispose();
  const timesOf = (of: keyof Seconds): number[] =>
    seconds.map((steps) => median(steps.map((step) => step[of])));
  const columns = [
    compared(timesOf("wall"), (time) => `${time.toFixed(3)} s`),
    compared(timesOf("processor"), (time) => `${time.toFixed(3)} s`),
    compared(peaks, (peak) => `${(peak / 1e9).toFixed(3)} GB`),
  ];
  console.log(`| ${name} | ${columns.join(" | ")} |`);
}

/** Figures of both, and how many times the first the second is. */
function compared(figures: readonly number[], shown: (figure: number) => string): string {
  const [lora = Number.NaN, dora = Number.NaN] = figures;
  return `${shown(lora)} | ${shown(dora)} | ${(dora / lora).toFixed(3)}`;
}

describeBackend();
const wanted = process.argv.slice(2);
const load = loadavg()[0]?.toFixed(1);
console.log(
  `load average ${load}; median seconds a step, of the clock and of the processor; peak memory`,
);
console.log(`| shape |${" LoRA | DoRA | × |".repeat(3)}\n|---|${"---|".repeat(9)}`);
for (const [name, shape] of Object.entries(shapes))
  if (wanted.length === 0 || wanted.includes(name)) await measure(name, shape);
