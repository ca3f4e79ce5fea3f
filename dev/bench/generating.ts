// The table of speeds of writing text, on a real model: one answer, sixteen at once, reading a prompt, a beginning that
// is known, an answer held to a schema. Beside mlx-lm (float32, with the same BLAS) in alternating rounds, and llama.cpp.
//   FT_PEERS_PYTHON=python node --import tsx dev/bench/generating.ts [rounds]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { jsonSchemaConstraint } from "../../src/generate/constraints/index.ts";
import {
  Engine,
  type GenerationEnd,
  type GenerationRequest,
  plainSampling,
} from "../../src/generate/index.ts";
import { loadModel, type Model } from "../../src/generate/load-model.ts";
import { memory } from "../../src/mx/index.ts";
import { denseModel } from "./dense-model.ts";
import { memoryBandwidth } from "./memory-bandwidth.ts";
import { openblasPreload } from "./openblas-preload.ts";
import { median } from "./statistics.ts";

const name = "builtin/smollm2";
const tokens = 64;
const rounds = Number(process.argv[2] ?? 3);
const python = process.env["FT_PEERS_PYTHON"];

const schema = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 40 },
    colors: { type: "array", items: { type: "string", maxLength: 20 }, minItems: 3, maxItems: 5 },
    count: { type: "integer", minimum: 0, maximum: 1000 },
  },
  required: ["name", "colors", "count"],
  additionalProperties: false,
};

interface Round {
  /** Tokens a second after the first. */
  single: number;
  /** Of all sixteen, from the request to the last token. */
  sixteen: number;
  /** Tokens of a prompt a second. */
  reading: number;
}

interface Own extends Round {
  /** 95 of 100 gaps between an answer's tokens are shorter, of sixteen at once as a multiple of one alone. */
  gaps: number;
  /** Time to the first token behind 2,000 known ones, as a share of reading them. */
  known: number;
  /** A token of an answer that is held to a schema, as a multiple of a free one. */
  held: number;
  ids: number[];
}

interface Work {
  prompt: number[];
  prompts: number[][];
  long: number[];
}

function workOf({ tokenizer }: Model): Work {
  const prompt = tokenizer.encode("Once upon a time, there was a little");
  const long = Array.from({ length: 2048 }, (_, at) => 1000 + ((at * 37) % 20_000));
  const prompts = Array.from({ length: 16 }, (_, at) => [...prompt, 2000 + at * 7]);
  return { prompt, prompts, long };
}

const asked = (prompt: readonly number[], over: Partial<GenerationRequest> = {}) => ({
  ...{ prompt, maxTokens: tokens, stopTokenIds: [], sampling: plainSampling, seed: 0 },
  ...over,
});

async function answered(engine: Engine, request: GenerationRequest) {
  const times: number[] = [];
  const generation = engine.submit(request, () => times.push(performance.now()));
  const end = await generation.ended;
  const gaps = times.slice(1).map((time, at) => time - (times[at] as number));
  return { end, gaps };
}

const afterFirst = ({ tokenIds, seconds }: GenerationEnd): number =>
  (tokenIds.length - 1) / (seconds.all - seconds.first);

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(share * values.length)] ?? Number.NaN;

async function own(model: Model, { prompt, prompts, long }: Work): Promise<Own> {
  const { engine } = model;
  const one = await answered(engine, asked(prompt));
  const started = performance.now();
  const all = await Promise.all(prompts.map((each) => answered(engine, asked(each))));
  const seconds = (performance.now() - started) / 1000;
  const read = await answered(engine, asked(long.slice(0, 512), { maxTokens: 1 }));
  return {
    single: afterFirst(one.end),
    sixteen: (prompts.length * tokens) / seconds,
    reading: 512 / read.end.seconds.all,
    gaps:
      percentile(
        all.flatMap(({ gaps }) => gaps),
        0.95,
      ) / median(one.gaps),
    known: await knownShare(model, long),
    held: await heldShare(model, prompt),
    ids: one.end.tokenIds,
  };
}

async function knownShare({ loaded, tokenizer }: Model, long: readonly number[]): Promise<number> {
  const engine = new Engine(loaded.model, tokenizer, { prefixBytes: 1e9 });
  const first = (ids: readonly number[]) => answered(engine, asked(ids, { maxTokens: 1 }));
  const beginning = long.slice(0, 2000);
  const cold = await first([...beginning, 1, 2, 3]);
  const known = await first([...beginning, 4, 5, 6]);
  engine.dispose();
  return known.end.seconds.first / cold.end.seconds.first;
}

/** After the mask of each place is known, as for the second answer of a schema. */
async function heldShare(model: Model, prompt: readonly number[]): Promise<number> {
  const constraint = jsonSchemaConstraint(schema, model.vocabulary);
  const perToken = ({ end }: { end: GenerationEnd }): number => 1 / afterFirst(end);
  const held = asked(prompt, { constraint, maxTokens: 48 });
  await answered(model.engine, held);
  const free = await answered(model.engine, asked(prompt, { maxTokens: 48 }));
  return perToken(await answered(model.engine, held)) / perToken(free);
}

type Peer = Round & { ids: number[] };

interface PeerWork extends Work {
  /** Its folder. */
  model: string;
  preload: string | undefined;
}

/** With so many threads of its BLAS. */
function mlxLmOn(threads: number, { model, preload, prompt, prompts, long }: PeerWork): Peer {
  const script = fileURLToPath(new URL("mlx_lm_generate.py", import.meta.url));
  const job = { model, prompt, prompts, tokens, long: long.slice(0, 512) };
  const { status, stdout, stderr } = spawnSync(python as string, [script], {
    encoding: "utf8",
    input: JSON.stringify(job),
    env: {
      ...{ ...process.env, OPENBLAS_NUM_THREADS: String(threads) },
      ...(preload && { LD_PRELOAD: preload }),
    },
  });
  if (status !== 0) throw new Error(stderr.slice(-2000));
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Peer;
}

/** The better of one thread and of all, for each part. */
function mlxLm(job: PeerWork): Peer {
  const [one, all] = [1, availableParallelism()].map((count) => mlxLmOn(count, job));
  const better = (key: keyof Round): number => Math.max(one?.[key] ?? 0, all?.[key] ?? 0);
  const ids = one?.ids ?? [];
  return { single: better("single"), sixteen: better("sixteen"), reading: better("reading"), ids };
}

function tell(label: string, ours: number, theirs: number | undefined, goal: string): void {
  const beside =
    theirs === undefined ? "" : `, mlx-lm ${theirs.toFixed(1)}: ${(ours / theirs).toFixed(2)} ×`;
  console.log(`${label.padEnd(34)}${ours.toFixed(2)}${beside} (${goal})`);
}

const folder = mkdtempSync(join(tmpdir(), "ft-generating-"));
try {
  const dense = python === undefined ? "" : await denseModel(name);
  const preload = openblasPreload(folder);
  const held = memory().activeBytes;
  const model = await loadModel(name);
  const bytes = memory().activeBytes - held;
  const job = workOf(model);
  const bandwidth = await memoryBandwidth();
  console.log(`${availableParallelism()} threads, load average ${loadavg()[0]?.toFixed(1)}`);
  const mine: Own[] = [];
  const theirs: ReturnType<typeof mlxLm>[] = [];
  for (let round = 0; round < rounds; round++) {
    mine.push(await own(model, job));
    if (python !== undefined) theirs.push(mlxLm({ ...job, model: dense, preload }));
  }
  const ours = (key: Exclude<keyof Own, "ids">): number => median(mine.map((one) => one[key]));
  const peers = (key: keyof Round): number | undefined =>
    theirs.length === 0 ? undefined : median(theirs.map((one) => one[key]));
  tell("one answer, tokens/s", ours("single"), peers("single"), "1.5 ×");
  tell("sixteen at once, tokens/s", ours("sixteen"), peers("sixteen"), "1.5 ×");
  tell("sixteen beside one", ours("sixteen") / ours("single"), undefined, "4 ×");
  tell("a prompt of 512, tokens/s", ours("reading"), peers("reading"), "1.5 ×");
  tell("gaps of sixteen beside one, p95", ours("gaps"), undefined, "at most 4 ×");
  tell("2,000 known tokens beside cold", ours("known"), undefined, "at most 0.15 ×");
  tell("held to a schema beside free", ours("held"), undefined, "at most 1.2 ×");
  const share = (bytes * ours("single")) / bandwidth;
  console.log(
    `memory: ${(bandwidth / 1e9).toFixed(1)} GB/s; weights ${(bytes / 1e6).toFixed(0)} MB, read at ${(100 * share).toFixed(0)} % of it`,
  );
  const same = theirs.every(({ ids }) => ids.join() === mine[0]?.ids.join());
  if (theirs.length > 0) console.log(`the texts are ${same ? "the same" : "different"}`);
  console.log(`load average at the end ${loadavg()[0]?.toFixed(1)}`);
  model.dispose();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
