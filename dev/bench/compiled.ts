// What compiling a training step gives: the same steps compiled and not, in turn in one process, processor time beside
// the clock's, since other work on the machine changes the second alone. node --import tsx dev/bench/compiled.ts [SHAPE…]
import { benchLearner, shapeConfig } from "../../src/app/bench/train-bench.ts";
import { RunConfigSchema } from "../../src/app/config/schema.ts";
import { requireCompiler } from "../../src/app/train/make-learner.ts";
import { collate } from "../../src/data/index.ts";
import { architectureOf, initialize } from "../../src/models/index.ts";
import { describeBackend } from "../../src/mx/index.ts";

const steps = 24;
const lengths: Record<string, number> = { tiny: 32, small: 128 };

async function learner(shape: string, method: string, compile: boolean) {
  const lora = { r: 8, target_modules: ["all-linear"], dropout: 0 };
  const config = RunConfigSchema.parse({ method, lora, optimization: { compile } });
  requireCompiler(config);
  const modelConfig = shapeConfig(shape);
  const architecture = await architectureOf(modelConfig);
  const model = architecture.build(modelConfig);
  initialize(model, 1);
  return (await benchLearner(model, config)).learner;
}

function batchOf(length: number) {
  const row = (seed: number) => ({
    ids: Int32Array.from({ length: length + 1 }, (_, at) => (at * 7919 + seed * 131) % 2048),
    weights: new Float32Array(length + 1).fill(1),
  });
  const rows = [0, 1, 2, 3].map((seed) => [row(seed)]);
  return collate(rows, { padId: 0, padToMultiple: 1, maxLength: length });
}

const median = (values: readonly number[]): string =>
  (values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0).toFixed(2);

describeBackend();
console.log("| shape | method | clock, ms | processor, ms | graph, ms |\n|---|---|---|---|---|");
for (const shape of process.argv.slice(2).length > 0 ? process.argv.slice(2) : ["tiny", "small"]) {
  const batch = batchOf(lengths[shape] ?? 256);
  for (const method of ["lora", "full"]) {
    const arms = [await learner(shape, method, false), await learner(shape, method, true)];
    const found = arms.map(() => ({ clock: [0], processor: [0], graph: [0] }));
    for (let step = 0; step < steps + 2; step++) {
      for (const [at, arm] of arms.entries()) {
        const [started, before] = [performance.now(), process.cpuUsage()];
        const input = { batches: [batch], learningRate: 1e-4, seeds: [step] };
        const result = await arm.step(input, () => false);
        const { user, system } = process.cpuUsage(before);
        if (step < 2) continue;
        found[at]?.clock.push(performance.now() - started);
        found[at]?.processor.push((user + system) / 1000);
        found[at]?.graph.push(result?.graphMilliseconds ?? 0);
      }
    }
    const both = (what: "clock" | "processor" | "graph"): string =>
      found.map((arm) => median(arm[what].slice(1))).join(" → ");
    console.log(
      `| ${shape} | ${method} | ${both("clock")} | ${both("processor")} | ${both("graph")} |`,
    );
  }
}
