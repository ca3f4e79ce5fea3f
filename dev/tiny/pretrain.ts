// Pre-trains the bundled model builtin/tiny from nothing, with the project's own full-parameter training.
// Resumable: run it again to go on; `--tokens N` sets the budget. Needs dev/tiny's encoded corpus under .local/tiny.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { restoreModel, saveModel } from "../../src/app/model-files.ts";
import { writeJsonAtomic } from "../../src/core/atomic-files.ts";
import { Random } from "../../src/core/random.ts";
import type { Batch } from "../../src/data/index.ts";
import { architectureOf, initialize, type LoadedModel } from "../../src/models/index.ts";
import { describeBackend, int32, scope, setCacheLimit } from "../../src/mx/index.ts";
import { type OptimizedSlot, optimizers } from "../../src/nn/index.ts";
import { restoreCheckpoint, saveCheckpoint } from "../../src/train/checkpoint.ts";
import { supervised } from "../../src/train/methods/supervised.ts";
import { initialState } from "../../src/train/state.ts";
import { meanLoss, TrainingStep } from "../../src/train/step.ts";

const { values: flags } = parseArgs({
  options: {
    tokens: { type: "string", default: "12000000" },
    batch: { type: "string", default: "24" },
    "save-every": { type: "string", default: "100" },
    /** Muon's rate for the block matrices, and the share of it that AdamW takes for embeddings and norms. */
    rate: { type: "string", default: "0.02" },
    "adamw-share": { type: "string", default: "0.2" },
    /** Share of the steps at full rate; over the rest it falls linearly to zero. */
    flat: { type: "string", default: "0.6" },
  },
});

const windowLength = 128;
const batchSize = Number(flags.batch);
const tokenBudget = Number(flags.tokens);
const tokensPerStep = batchSize * windowLength;
const totalSteps = Math.floor(tokenBudget / tokensPerStep);
const peakRate = Number(flags.rate);
const flatShare = Number(flags.flat);
const warmupSteps = 100;
const seed = 20;

const corpusFolder = ".local/tiny";
const checkpointFolder = `${corpusFolder}/checkpoint`;
const modelFolder = "data/models/builtin-tiny";
const logFile = `${corpusFolder}/pretrain-log.jsonl`;

function readTokens(name: string): Uint16Array {
  const bytes = readFileSync(`${corpusFolder}/${name}.bin`);
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
}

/** Contiguous windows in an order drawn once an epoch; window w of step s is a function of both. */
function* trainingBatches(tokens: Uint16Array, fromStep: number): Generator<Batch> {
  const windows = Math.floor((tokens.length - 1) / windowLength);
  const stepsPerEpoch = Math.floor(windows / batchSize);
  let order: number[] = [];
  let ordered = -1;
  for (let step = fromStep; ; step++) {
    const epoch = Math.floor(step / stepsPerEpoch);
    if (epoch !== ordered) order = Random.fromSeed(seed).split(`epoch ${epoch}`).shuffle(windows);
    ordered = epoch;
    const first = (step % stepsPerEpoch) * batchSize;
    yield windowBatch(tokens, order.slice(first, first + batchSize));
  }
}

function windowBatch(tokens: Uint16Array, windows: readonly number[]): Batch {
  const size = windows.length * windowLength;
  const ids = new Int32Array(size);
  const targets = new Int32Array(size);
  for (const [row, window] of windows.entries()) {
    const start = window * windowLength;
    ids.set(tokens.subarray(start, start + windowLength), row * windowLength);
    targets.set(tokens.subarray(start + 1, start + windowLength + 1), row * windowLength);
  }
  return {
    ids,
    targets,
    weights: new Float32Array(size).fill(1),
    positions: ids.map((_, index) => index % windowLength),
    segments: new Int32Array(size).fill(1),
    batch: windows.length,
    length: windowLength,
    tokens: size,
    supervisedTokens: size,
  };
}

interface ProbeDocument {
  ids: number[];
  scored: number[];
}

/** Share of repeated names predicted: whether the model copies from its context. */
function probeAccuracy(loaded: LoadedModel, documents: readonly ProbeDocument[]): number {
  let right = 0;
  let scored = 0;
  for (const document of documents) {
    const best = scope(
      () =>
        loaded.model
          .forward(int32(document.ids, [1, document.ids.length]))
          .argmax(-1)
          .toMemory() as Uint32Array,
    );
    for (const position of document.scored) {
      right += best[position - 1] === document.ids[position] ? 1 : 0;
      scored += 1;
    }
  }
  return right / scored;
}

function learningRate(step: number): number {
  const warmup = Math.min(1, (step + 1) / warmupSteps);
  const flatSteps = totalSteps * flatShare;
  const decay = step < flatSteps ? 1 : (totalSteps - step) / (totalSteps - flatSteps);
  return peakRate * warmup * decay;
}

describeBackend();
setCacheLimit(2e9);
mkdirSync(corpusFolder, { recursive: true });
const config: unknown = JSON.parse(await readFile(`${modelFolder}/config.json`, "utf8"));
const architecture = await architectureOf(config);
const model = architecture.build(config);
initialize(model, seed, { embeddingDeviation: 0.02 });
const loaded: LoadedModel = { model, config, stored: new Map() };
const slots: OptimizedSlot[] = [...model.slots()].map((slot) => ({
  ...slot,
  isHidden: slot.name.startsWith(model.blockPath),
}));
const optimizer = optimizers.get("muon")(slots, {
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0,
  biasCorrection: true,
  momentum: 0.95,
  adamwShare: Number(flags["adamw-share"]),
});
const step = new TrainingStep({ model, method: supervised, slots, optimizer, maximumNorm: 1 });
const tuning = {
  notices: [],
  save: (folder: string) => saveModel(folder, loaded, modelFolder),
  load: (folder: string) => restoreModel(folder, loaded),
};
const state = existsSync(checkpointFolder)
  ? await restoreCheckpoint(checkpointFolder, tuning, optimizer)
  : initialState();

const train = readTokens("train");
const valid = readTokens("valid");
const probe = JSON.parse(readFileSync(`${corpusFolder}/probe.json`, "utf8")) as ProbeDocument[];
const validBatches = Array.from({ length: 8 }, (_, batch) =>
  windowBatch(
    valid,
    Array.from({ length: 16 }, (_, row) => batch * 16 + row),
  ),
);
const batches = trainingBatches(train, state.step);
let lossSum = 0;
let started = performance.now();
while (state.step < totalSteps) {
  const batch = batches.next().value as Batch;
  const result = step.run([batch], learningRate(state.step), [0]);
  if (!Number.isFinite(result.loss)) throw new Error(`loss is not finite at step ${state.step}`);
  state.step += 1;
  state.tokens += batch.tokens;
  lossSum += result.loss;
  if (state.step % 20 === 0) {
    const seconds = (performance.now() - started) / 1000;
    const line = {
      step: state.step,
      of: totalSteps,
      tokens: state.tokens,
      loss: lossSum / 20,
      tokensPerSecond: Math.round((20 * tokensPerStep) / seconds),
      ...(state.step % 100 === 0 && {
        validationLoss: meanLoss(model, supervised, validBatches),
        probe: probeAccuracy(loaded, probe),
      }),
    };
    appendFileSync(logFile, `${JSON.stringify(line)}\n`);
    process.stderr.write(`${JSON.stringify(line)}\n`);
    lossSum = 0;
    started = performance.now();
  }
  if (state.step % Number(flags["save-every"]) === 0)
    await saveCheckpoint(checkpointFolder, tuning, optimizer, state);
}
await saveCheckpoint(checkpointFolder, tuning, optimizer, state);
await saveModel(`${corpusFolder}/model`, loaded, modelFolder, "bfloat16");
await cp(`${corpusFolder}/model/model.safetensors`, `${modelFolder}/model.safetensors`);
await writeJsonAtomic(`${corpusFolder}/result.json`, {
  tokens: state.tokens,
  validationLoss: meanLoss(model, supervised, validBatches),
  probe: probeAccuracy(loaded, probe),
});
