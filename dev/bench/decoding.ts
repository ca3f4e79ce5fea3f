// Tokens a second of greedy decoding, beside llama.cpp on the same .gguf file, and the most that this machine's memory
// allows: every token reads every weight. Rounds alternate in one process; the prompt's own pass is not counted.
//   node --import tsx dev/bench/decoding.ts
import { statSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { performance } from "node:perf_hooks";
import { plainSampling } from "../../src/generate/index.ts";
import { loadModel, type Model } from "../../src/generate/load-model.ts";
import { type Dtype, memory } from "../../src/mx/index.ts";
import { resolveModel } from "../../src/weights/index.ts";
import { installedPeer, openPeer, type OpenPeer } from "./llama-cpp.ts";
import { memoryBandwidth } from "./memory-bandwidth.ts";
import { median } from "./statistics.ts";

const name = "builtin/smollm2";
const prompt = "Once upon a time, there was a little";
const tokens = 64;
const rounds = 3;
/** A precision that is slow here is measured on fewer tokens. */
const longestSeconds = 15;

const precisions = ["float32", "float16", "bfloat16"] as const satisfies readonly Dtype[];

/** After the first token: reading the prompt is not decoding. */
async function speedOf(model: Model): Promise<number> {
  const settings = { maxTokens: tokens, stopTokenIds: [], sampling: plainSampling, seed: 0 };
  const ids = model.tokenizer.encode(prompt);
  const generation = model.engine.submit({ prompt: ids, ...settings });
  let [count, first] = [0, 0];
  for await (const _ of generation) {
    if (++count === 1) first = performance.now();
    else if (performance.now() - first > longestSeconds * 1000) generation.cancel();
  }
  return ((count - 1) / (performance.now() - first)) * 1000;
}

interface Line {
  label: string;
  speeds: number[];
  /** Of llama.cpp in the same rounds. */
  peerSpeeds: number[];
  /** Read for each token. */
  bytes: number;
}

function lineText({ label, speeds, peerSpeeds, bytes }: Line, bandwidth: number): string {
  const [speed, limit] = [median(speeds), bandwidth / bytes];
  const ratio = median(speeds.map((one, round) => one / (peerSpeeds[round] ?? Number.NaN)));
  return (
    `${label.padEnd(18)}${speed.toFixed(1).padStart(8)} tokens/s, ${ratio.toFixed(3)} × llama.cpp; ` +
    `memory allows ${limit.toFixed(0)} (${(bytes / 1e6).toFixed(0)} MB a token), ` +
    `${((100 * speed) / limit).toFixed(0)} % of it`
  );
}

async function measure(dtype: (typeof precisions)[number], llama: OpenPeer): Promise<Line> {
  const [started, held] = [performance.now(), memory().activeBytes];
  const model = await loadModel(name, { dtype });
  const loading = ((performance.now() - started) / 1000).toFixed(1);
  const bytes = memory().activeBytes - held;
  const line: Line = { label: `ft, ${dtype}`, speeds: [], peerSpeeds: [], bytes };
  for (let round = 0; round < rounds; round++) {
    line.speeds.push(await speedOf(model));
    line.peerSpeeds.push(await llama.speed(prompt, tokens));
  }
  console.log(`${line.label}: loaded in ${loading} s`);
  model.dispose();
  return line;
}

async function compare(file: string, peerFolder: string): Promise<void> {
  const threads = availableParallelism();
  console.log(`${threads} threads, load average ${loadavg()[0]?.toFixed(1)}`);
  const bandwidth = await memoryBandwidth(threads);
  console.log(`memory moves ${(bandwidth / 1e9).toFixed(1)} GB/s, read and written`);
  const llama = await openPeer(peerFolder, file, threads);
  const lines: Line[] = [];
  for (const dtype of precisions) lines.push(await measure(dtype, llama));
  const speeds = lines.flatMap(({ peerSpeeds }) => peerSpeeds);
  const bytes = statSync(file).size;
  lines.push({ label: "llama.cpp", speeds, peerSpeeds: speeds, bytes });
  for (const line of lines) console.log(lineText(line, bandwidth));
  console.log(`load average at the end ${loadavg()[0]?.toFixed(1)}`);
}

const resolved = await resolveModel(name).catch((error: Error) => error);
const folder = resolved instanceof Error ? undefined : installedPeer();
if (resolved instanceof Error) console.log(`skipped: ${resolved.message}; make real`);
else if (folder === undefined) console.log("skipped: llama.cpp could not be installed");
else await compare(resolved.folder, folder);
process.exit(0); // the peer's threads would keep the process
