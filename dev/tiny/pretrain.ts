// Pre-trains the bundled model builtin/tiny from nothing, with the project's own full-parameter training.
// Resumable: run it again to go on. Phases and budget are phases.ts's; progress goes to stderr and a log.
//   node --import tsx dev/tiny/pretrain.ts
import { appendFileSync, existsSync, mkdirSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { restoreModel, saveModel, type StoredModel } from "../../src/export/model-folder.ts";
import { architectureOf, entriesFor, initialize } from "../../src/models/index.ts";
import { describeBackend, setCacheLimit } from "../../src/mx/index.ts";
import { optimizers } from "../../src/nn/index.ts";
import { loadTokenizer } from "../../src/text/index.ts";
import { restoreCheckpoint, saveCheckpoint } from "../../src/train/checkpoint.ts";
import { LocalLearner } from "../../src/train/local-learner.ts";
import { supervised } from "../../src/train/objectives/supervised.ts";
import { optimizedSlots } from "../../src/train/run.ts";
import { initialState } from "../../src/train/state.ts";
import { drawBatch, learningRate, phaseAt, totalSteps } from "./phases.ts";
import { drawProbes, probeAccuracy } from "./probe.ts";

const workFolder = ".local/tiny";
const checkpointFolder = `${workFolder}/checkpoint`;
const modelFolder = "data/models/builtin-tiny";
const logFile = `${workFolder}/pretrain-log.jsonl`;
const reportEvery = 20;
const checkpointEvery = 100;
const initialSeed = 20;

describeBackend();
setCacheLimit(2e9);
mkdirSync(workFolder, { recursive: true });
const config: unknown = JSON.parse(await readFile(`${modelFolder}/config.json`, "utf8"));
const architecture = await architectureOf(config);
const model = architecture.build(config);
initialize(model, initialSeed, { embeddingDeviation: 0.02 });
const loaded: StoredModel = { model, entries: entriesFor(architecture.recipe(config), model) };
const tokenizer = await loadTokenizer(modelFolder);
const slots = optimizedSlots(model);
const optimizer = optimizers.get("muon").make(slots, {
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0,
  biasCorrection: true,
  momentum: 0.95,
  adamwShare: 0.2,
});
const tuning = {
  notices: [],
  save: (folder: string) => saveModel(folder, loaded, modelFolder),
  load: (folder: string) => restoreModel(folder, loaded),
};
const objective = supervised;
const learner = new LocalLearner({ model, objective, tuning, slots, optimizer, maximumNorm: 1 });
const state = existsSync(checkpointFolder)
  ? await restoreCheckpoint(checkpointFolder, learner)
  : initialState();
const probes = drawProbes(tokenizer);

async function measured(): Promise<{ validationLoss: number; probe: Record<string, number> }> {
  const { phase } = phaseAt(state.step - 1);
  const held = Array.from({ length: 6 }, (_, index) =>
    drawBatch(tokenizer, phase, `validation ${index}`),
  );
  const sums = { loss: 0, weight: 0 };
  for (const batch of held) {
    const { lossSum, weightSum } = await learner.evaluate(batch);
    sums.loss += lossSum;
    sums.weight += weightSum;
  }
  return {
    validationLoss: sums.loss / sums.weight,
    probe: probeAccuracy(model, probes),
  };
}

function report(line: Record<string, unknown>): void {
  const text = `${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`;
  appendFileSync(logFile, text);
  process.stderr.write(text);
}

let loss = 0;
let tokens = 0;
let started = performance.now();
while (state.step < totalSteps) {
  const { phase, stepInPhase } = phaseAt(state.step);
  const batch = drawBatch(tokenizer, phase, `step ${stepInPhase}`);
  const input = { batches: [batch], learningRate: learningRate(state.step), seeds: [0] };
  const result = await learner.step(input, () => false);
  if (result === undefined) break;
  if (!Number.isFinite(result.loss)) throw new Error(`loss is not finite at step ${state.step}`);
  state.step += 1;
  state.tokens += batch.tokens;
  loss += result.loss / reportEvery;
  tokens += batch.tokens;
  if (state.step % reportEvery === 0) {
    const tokensPerSecond = Math.round((1000 * tokens) / (performance.now() - started));
    const isCheckpoint = state.step % checkpointEvery === 0;
    report({
      step: state.step,
      of: totalSteps,
      phase: phase.name,
      tokens: state.tokens,
      loss,
      tokensPerSecond,
      ...(isCheckpoint && (await measured())),
    });
    if (isCheckpoint) await saveCheckpoint(checkpointFolder, learner, state);
    loss = 0;
    tokens = 0;
    started = performance.now();
  }
}
await saveCheckpoint(checkpointFolder, learner, state);
await saveModel(`${workFolder}/model`, loaded, modelFolder, "bfloat16");
await cp(`${workFolder}/model/model.safetensors`, `${modelFolder}/model.safetensors`);
report({ finished: true, tokens: state.tokens, ...(await measured()) });
