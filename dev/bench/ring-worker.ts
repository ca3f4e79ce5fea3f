// One of the processes that dev/bench/ring.ts measures: a learner with drawn weights, alone or one of a ring, that takes a
// step or a sum whenever it is told to and says what it took. Sees no files of a run.
import { createInterface } from "node:readline";
import { modelShapes } from "../../src/app/bench/shapes.ts";
import { benchLearner } from "../../src/app/bench/train-bench.ts";
import { RunConfigSchema } from "../../src/app/config/schema.ts";
import { collate } from "../../src/data/index.ts";
import { architectureOf, initialize } from "../../src/models/index.ts";
import { allSum, describeBackend, evaluate, joinRing, scope, zeros } from "../../src/mx/index.ts";
import { Ring } from "../../src/train/parallel/ring.ts";
import { piecesOf } from "../../src/train/parallel/shares.ts";

export interface RingJob {
  rank: number;
  workers: number;
  /** A file of addresses as MLX reads it; of one alone: none. */
  hosts: string;
  /** Undefined: sums alone. */
  train?: { shape: string; method: string; rows: number; length: number };
}

/** Times are milliseconds of the machine's own clock, which all its processes share. */
export interface RingAnswer {
  seconds: number;
  /** Of the processor, in all and in exchanges. */
  processor: number;
  exchanging: number;
  /** From its beginning to its end, of each exchange. */
  exchanges: { from: number; to: number; bytes: number }[];
}

const job = JSON.parse(process.argv[2] ?? "") as RingJob;
const now = (): number => Number(process.hrtime.bigint()) / 1e6;
let exchanges: RingAnswer["exchanges"] = [];
let exchanging = 0;

/** Seconds of the processor that this process has used. */
function processor(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function row(seed: number, length: number) {
  return {
    ids: Int32Array.from({ length: length + 1 }, (_, at) => (at * 7919 + seed * 131) % 2048),
    weights: new Float32Array(length + 1).fill(1),
  };
}

/** The step of this worker: its part of the rows of all. */
async function stepOf({ shape, method, rows, length }: NonNullable<RingJob["train"]>, ring?: Ring) {
  const lora = { r: 8, target_modules: ["all-linear"], dropout: 0 };
  const config = RunConfigSchema.parse({ method, lora });
  const modelConfig = modelShapes.get(shape);
  const model = (await architectureOf(modelConfig)).build(modelConfig);
  initialize(model, 1);
  const { learner } = await benchLearner(model, config, ring);
  const window = Array.from({ length: rows }, (_, at) => at);
  const batches = piecesOf([window], job.workers)
    .filter(({ worker }) => worker === job.rank)
    .map(({ indices }) => {
      const units = indices.map((at) => [row(at, length)]);
      return collate(units, { padId: 0, padToMultiple: 1, maxLength: length });
    });
  const input = { batches, learningRate: 1e-4, seeds: [1], weight: rows * length };
  return async () => void (await learner.step(input, () => false));
}

/** One sum that all begin together, in pieces one after the other. */
function sum(bytes: number, pieces: number): void {
  scope(() => {
    const tensor = zeros([bytes / 4 / pieces]);
    evaluate([tensor, allSum(zeros([1]))]);
    const from = now();
    for (let piece = 0; piece < pieces; piece++) evaluate([allSum(tensor)]);
    exchanges.push({ from, to: now(), bytes });
  });
}

describeBackend();
const { rank, workers, hosts, train } = job;
if (workers > 1) joinRing(rank, hosts);
const crew = { rank, workers };
const watch = {
  entered: (bytes: number) => {
    exchanging -= processor();
    exchanges.push({ from: now(), to: 0, bytes });
  },
  left: () => {
    const last = exchanges.at(-1);
    if (last !== undefined) last.to = now();
    exchanging += processor();
  },
  wishesToStop: () => false,
};
const step = train && (await stepOf(train, workers > 1 ? new Ring(crew, watch) : undefined));
console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  exchanges = [];
  exchanging = 0;
  const [started, used] = [now(), processor()];
  if (line === "step") await step?.();
  else {
    const [bytes = 0, pieces = 1] = line.split("/").map(Number);
    sum(bytes, pieces);
  }
  const seconds = (now() - started) / 1000;
  const answer: RingAnswer = { seconds, processor: processor() - used, exchanging, exchanges };
  console.log(JSON.stringify(answer));
}
