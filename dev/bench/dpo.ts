// How much longer takes DPO in PyTorch with PEFT, as TRL's loop computes it, over pairs that share their prompts? One epoch;
// the two take a step in turn over the same pairs, so what else the machine does hits both alike. Asking the model before
// training counts for both: here it is done once for all pairs, there in every step.
//   FT_PEERS_PYTHON=…/bin/python node --import tsx dev/bench/dpo.ts [blocks] [pairs]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { attachLora } from "../../src/adapters/index.ts";
import { Random } from "../../src/core/random.ts";
import type { EncodedRow } from "../../src/data/index.ts";
import { loadStoredModel } from "../../src/models/index.ts";
import { describeBackend } from "../../src/mx/index.ts";
import { optimizers } from "../../src/nn/index.ts";
import { dpo } from "../../src/train/objectives/dpo.ts";
import { PreferenceOptions } from "../../src/train/objectives/options.ts";
import { measureReference } from "../../src/train/reference.ts";
import { optimizedSlots } from "../../src/train/run.ts";
import { TrainingStep } from "../../src/train/step.ts";
import { openStoredModel, saveTensors } from "../../src/weights/index.ts";
import { makeToyModel } from "../../tests/support/toy-model.ts";

const python = process.env["FT_PEERS_PYTHON"];
if (python === undefined) throw new Error("FT_PEERS_PYTHON names a Python with torch and peft");
const blocks = Number(process.argv[2] ?? 4);
const pairCount = Number(process.argv[3] ?? 128);
const [promptTokens, batchSize] = [200, 4];
const [rank, scale, learningRate] = [8, 2, 1e-4];
const options = PreferenceOptions.parse({});
// SmolLM-135M's blocks.
const config = {
  ...{ hidden_size: 576, intermediate_size: 1536, num_hidden_layers: blocks },
  ...{ num_attention_heads: 9, num_key_value_heads: 3, vocab_size: 49_152 },
  ...{ max_position_embeddings: 2048, rms_norm_eps: 1e-5, rope_theta: 10_000 },
};

const random = Random.fromSeed(7);
const tokens = (count: number): number[] =>
  Array.from({ length: count }, () => 10 + (random.nextUint32() % 40_000));
/** Answers of 24 to 80 tokens. */
const answer = (): number[] => tokens(24 + (random.nextUint32() % 57));
const pairs = Array.from({ length: pairCount }, () => {
  return { prompt: tokens(promptTokens), chosen: answer(), rejected: answer() };
}).sort((a, b) => a.chosen.length + a.rejected.length - b.chosen.length - b.rejected.length);

function sampleOf({ prompt, chosen, rejected }: (typeof pairs)[0], at: number): EncodedRow {
  const sequences = [chosen, rejected].map((said) => ({
    ids: Int32Array.from([...prompt, ...said]),
    weights: Float32Array.from([...prompt.map(() => 0), ...said.map(() => 1)]),
  }));
  return { row: { sample: { kind: "preference" }, format: "", file: "", line: at }, sequences };
}

describeBackend();
const folder = mkdtempSync(join(tmpdir(), "ft-dpo-"));
const stored = await makeToyModel(join(folder, "model"), { config });
const { model } = await loadStoredModel(await openStoredModel(stored), { dtype: "float32" });
attachLora(model, { rank, scale, dropout: 0, blockCount: -1, targets: ["all-linear"] }, 1);
const slots = optimizedSlots(model).filter((slot) => slot.trainable);
const adapter = join(folder, "adapters.safetensors");
await saveTensors(adapter, new Map(slots.map((slot) => [slot.name, slot.get()])), {});
const job = { model: stored, adapter, rank, scale, learningRate, beta: options.beta, pairs };
writeFileSync(join(folder, "job.json"), JSON.stringify(job));

const peer = spawn(
  python,
  [fileURLToPath(new URL("dpo_train.py", import.meta.url)), join(folder, "job.json")],
  { stdio: ["pipe", "pipe", "ignore"], env: { ...process.env, OMP_NUM_THREADS: "2" } },
);
const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
const told = async (): Promise<{ seconds: number; loss: number }> => {
  const { value, done } = await lines.next();
  if (done === true) throw new Error("the peer ended");
  return JSON.parse(value) as { seconds: number; loss: number };
};
await told();

const objective = dpo(options);
const kind = optimizers.get("adamw");
const optimizer = kind.make(slots, {
  ...kind.usual,
  ...{ weightDecay: 0.01, biasCorrection: true, adamwShare: 0.2 },
});
const step = new TrainingStep({ model, objective, slots, optimizer, maximumNorm: 1 });
const collate = { padId: 0, padToMultiple: 32, maxLength: 2048 };
const { reference } = objective;
if (reference === undefined) throw new Error("dpo asks no reference");

const load = loadavg()[0] ?? 0;
const begun = performance.now();
const shouldStop = (): boolean => false;
const samples = pairs.map(sampleOf);
const watch = { collate, batchSize, shouldStop };
const measured = await measureReference(reference, model, samples, watch);
const measuring = (performance.now() - begun) / 1000;
let [ours, theirs] = [measuring, 0];
const losses: [number, number][] = [];
for (let at = 0; at < pairCount; at += batchSize) {
  const places = Array.from({ length: batchSize }, (_, index) => at + index);
  const start = performance.now();
  const units = places.map((place) => [measured[place] as EncodedRow]);
  const batches = [objective.collate(units, collate)];
  const result = await step.run({ batches, learningRate, seeds: [0] });
  ours += (performance.now() - start) / 1000;
  peer.stdin.write(`${JSON.stringify(places)}\n`);
  const { seconds, loss } = await told();
  theirs += seconds;
  losses.push([result?.loss ?? NaN, loss]);
}
peer.stdin.end();
await once(peer, "exit");
rmSync(folder, { recursive: true });
const apart = Math.max(...losses.map(([mine, other]) => Math.abs(mine - other)));
console.log(
  JSON.stringify({
    ...{ blocks, pairs: pairCount, promptTokens, batchSize, load: Number(load.toFixed(2)) },
    ...{ ours: Number(ours.toFixed(1)), measuring: Number(measuring.toFixed(1)) },
    ...{ theirs: Number(theirs.toFixed(1)), ratio: Number((theirs / ours).toFixed(2)) },
    ...{ lastLosses: losses.at(-1), largestDifferenceOfLosses: apart },
  }),
);
