// Tokens a second of greedy decoding, beside llama.cpp on the same .gguf file, and the most that this machine's memory
// allows: every token reads every weight. Rounds alternate in one process; the prompt's own pass is not counted.
// The same model in F32 and Q8_0 too, where FT_PEERS_PYTHON has gguf 0.19.0 to write those files; each side reads its own
// weights as they are stored. Processor time is told beside the clock's, for machines that are not quiet.
//   FT_PEERS_PYTHON=python node --import tsx dev/bench/decoding.ts [rounds] [tokens] [llama.cpp's threads]
// Where other work wants the processor, threads of llama.cpp wait for each other by turning: give it one then.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { plainSampling } from "../../src/generate/index.ts";
import { loadModel, type Model } from "../../src/generate/load-model.ts";
import { type Dtype, memory } from "../../src/mx/index.ts";
import { resolveModel } from "../../src/weights/index.ts";
import { afterFirst, installedPeer, openPeer, type OpenPeer, type Speed } from "./llama-cpp.ts";
import { memoryBandwidth } from "./memory-bandwidth.ts";
import { median } from "./statistics.ts";

const name = "builtin/smollm2";
const prompt = "Once upon a time, there was a little";
const rounds = Number(process.argv[2] ?? 3);
const tokens = Number(process.argv[3] ?? 64);
const peerThreads = Number(process.argv[4] ?? availableParallelism());

const forms = ["F32", "Q8_0"] as const;
const precisions = ["float32", "float16", "bfloat16"] as const satisfies readonly Dtype[];

/** After the first token: reading the prompt is not decoding. */
async function speedOf(model: Model): Promise<Speed> {
  const settings = { maxTokens: tokens, stopTokenIds: [], sampling: plainSampling, seed: 0 };
  const ids = model.tokenizer.encode(prompt);
  const generation = model.engine.submit({ prompt: ids, ...settings });
  return await afterFirst(generation, () => generation.cancel());
}

interface Line {
  label: string;
  speeds: Speed[];
  /** Of llama.cpp in the same rounds. */
  peerSpeeds: Speed[];
  /** Read for each token. */
  bytes: number;
}

const of = (speeds: readonly Speed[], key: keyof Speed): number =>
  median(speeds.map((one) => one[key]));

function lineText({ label, speeds, peerSpeeds, bytes }: Line, bandwidth: number): string {
  const [speed, limit] = [of(speeds, "clock"), bandwidth / bytes];
  const ratio = (key: keyof Speed): string =>
    median(speeds.map((one, at) => one[key] / (peerSpeeds[at]?.[key] ?? Number.NaN))).toFixed(2);
  return (
    `${label.padEnd(22)}${speed.toFixed(1).padStart(8)} tokens/s, ${ratio("clock")} × llama.cpp ` +
    `(${ratio("processor")} × by processor time: ${of(speeds, "processor").toFixed(1)} beside ` +
    `${of(peerSpeeds, "processor").toFixed(1)}); memory allows ${limit.toFixed(0)} ` +
    `(${(bytes / 1e6).toFixed(0)} MB a token), ${((100 * speed) / limit).toFixed(0)} % of it`
  );
}

interface Measuring {
  label: string;
  model: string;
  dtype?: Dtype;
  llama: OpenPeer;
}

async function measure(
  { label, model: from, dtype, llama }: Measuring,
  bandwidth: number,
): Promise<Line> {
  const [started, held] = [performance.now(), memory().activeBytes];
  const model = await loadModel(from, dtype && { dtype });
  const loading = ((performance.now() - started) / 1000).toFixed(1);
  const bytes = memory().activeBytes - held;
  const line: Line = { label: `ft, ${label}`, speeds: [], peerSpeeds: [], bytes };
  for (let round = 0; round < rounds; round++) {
    line.speeds.push(await speedOf(model));
    line.peerSpeeds.push(await llama.speed(prompt, tokens));
  }
  console.log(`${lineText(line, bandwidth)}; loaded in ${loading} s`);
  model.dispose();
  return line;
}

/** The file in that form, made once; undefined where no Python is there to make it. */
function fileIn(form: string, from: string): string | undefined {
  const folder = fileURLToPath(new URL("../../.local/bench/", import.meta.url));
  const file = join(folder, `smollm2-${form}.gguf`);
  const python = process.env["FT_PEERS_PYTHON"];
  if (existsSync(file) || python === undefined) return existsSync(file) ? file : undefined;
  mkdirSync(folder, { recursive: true });
  const script = fileURLToPath(new URL("gguf_forms.py", import.meta.url));
  const { status } = spawnSync(python, [script, from, file, form], { stdio: "inherit" });
  return status === 0 ? file : undefined;
}

async function compare(file: string, peerFolder: string): Promise<void> {
  const threads = availableParallelism();
  console.log(`${threads} threads, load average ${loadavg()[0]?.toFixed(1)}`);
  const bandwidth = await memoryBandwidth(threads);
  console.log(`memory moves ${(bandwidth / 1e9).toFixed(1)} GB/s, read and written`);
  const lines: Line[] = [];
  for (const form of forms) {
    const other = fileIn(form, file);
    if (other === undefined) continue;
    const llama = await openPeer(peerFolder, other, peerThreads);
    lines.push(await measure({ label: `${form} as stored`, model: other, llama }, bandwidth));
  }
  const llama = await openPeer(peerFolder, file, peerThreads);
  lines.push(await measure({ label: "Q4_1 as stored", model: name, llama }, bandwidth));
  for (const dtype of precisions)
    lines.push(await measure({ label: dtype, model: name, dtype, llama }, bandwidth));
  const peers = lines.at(-1)?.peerSpeeds ?? [];
  const bytes = statSync(file).size;
  lines.push({ label: "llama.cpp, Q4_1", speeds: peers, peerSpeeds: peers, bytes });
  console.log(lineText(lines.at(-1) as Line, bandwidth));
  console.log(`load average at the end ${loadavg()[0]?.toFixed(1)}`);
}

const resolved = await resolveModel(name).catch((error: Error) => error);
const folder = resolved instanceof Error ? undefined : installedPeer();
if (resolved instanceof Error) console.log(`skipped: ${resolved.message}; make real`);
else if (folder === undefined) console.log("skipped: llama.cpp could not be installed");
else await compare(resolved.folder, folder);
process.exit(0); // the peer's threads would keep the process
