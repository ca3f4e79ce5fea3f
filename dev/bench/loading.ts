// A model of half a gigabyte in four shards (and as what torch.save writes): how long loading takes and how much memory,
// beside mlx-lm on the same folder, alternating, each in a process of its own. Linux; after make build.
//   FT_PEERS_PYTHON=python node --import tsx dev/bench/loading.ts
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, readdirSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { loadStoredModel, packWhole } from "../../src/models/index.ts";
import { evaluate, memory, resetPeakMemory } from "../../src/mx/index.ts";
import { loadTensorFile, openStoredModel, saveTensors } from "../../src/weights/index.ts";
import { median } from "./statistics.ts";
import { writeModel } from "./table/job.ts";

const rounds = 3;
const shards = 4;
const shape = {
  vocab_size: 32_000,
  hidden_size: 1024,
  intermediate_size: 2816,
  num_hidden_layers: 8,
  num_attention_heads: 16,
  num_key_value_heads: 8,
  max_position_embeddings: 2048,
};
const python = process.env["FT_PEERS_PYTHON"] ?? ".local/peers/bin/python";

interface Measured {
  seconds: number;
  /** Most that arrays took, and most that the process had resident beyond what it had before loading. */
  arrayBytes: number;
  residentBytes: number;
}

const resident = (field: "VmRSS" | "VmHWM"): number => {
  const status = readFileSync("/proc/self/status", "utf8");
  return 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0);
};

/** In this process. */
async function load(folder: string, isPacked: boolean): Promise<Measured> {
  resetPeakMemory();
  const before = resident("VmRSS");
  const start = performance.now();
  const stored = await openStoredModel(folder);
  const packing = { replaceLayers: packWhole({ groupSize: 32, bits: 4 }) };
  const { model } = await loadStoredModel(stored, isPacked ? packing : {});
  evaluate([...model.parameters().values()]);
  return {
    seconds: (performance.now() - start) / 1000,
    arrayBytes: memory().peakBytes,
    residentBytes: resident("VmHWM") - before,
  };
}

const mlxLm = `
import json, re, sys, time
from pathlib import Path
import mlx.core as mx
from mlx_lm.utils import load_model
mx.set_default_device(mx.cpu)
read = lambda field: 1024 * int(re.search(field + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
before, start = read("VmRSS"), time.perf_counter()
model, _ = load_model(Path(sys.argv[1]), lazy=True)
mx.eval(model.parameters())
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "arrayBytes": mx.get_peak_memory(), "residentBytes": read("VmHWM") - before}))
`;

const toTorch = `
import sys, torch
from safetensors.torch import load_file
from pathlib import Path
folder, target = map(Path, sys.argv[1:])
tensors = {}
for file in sorted(folder.glob("*.safetensors")):
    tensors |= load_file(file)
torch.save(tensors, target / "pytorch_model.bin")
`;

function measured(program: string, args: readonly string[]): Measured {
  const printed = execFileSync(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse(printed.toString().trim().split("\n").at(-1) ?? "") as Measured;
}

/** The one file of a folder in several, with an index. */
async function shard(folder: string): Promise<void> {
  const whole = join(folder, "model.safetensors");
  const { tensors } = await loadTensorFile(whole);
  const names = [...tensors.keys()];
  const weightMap: Record<string, string> = {};
  for (let at = 0; at < shards; at++) {
    const number = (count: number): string => String(count).padStart(5, "0");
    const file = `model-${number(at + 1)}-of-${number(shards)}.safetensors`;
    const part = names.filter((_, index) => index % shards === at);
    const kept = [...tensors].filter(([name]) => part.includes(name));
    await saveTensors(join(folder, file), new Map(kept), { format: "pt" });
    for (const name of part) weightMap[name] = file;
  }
  writeFileSync(`${whole}.index.json`, JSON.stringify({ weight_map: weightMap }));
  rmSync(whole);
}

function weightBytes(folder: string): number {
  const files = readdirSync(folder).filter((name) => /\.(?:safetensors|bin)$/.test(name));
  return files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

async function compare(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "ft-loading-"));
  const [folder, pickled] = [join(root, "sharded"), join(root, "pickled")];
  await writeModel(folder, shape);
  await writeModel(pickled, { ...shape, num_hidden_layers: 1, vocab_size: 64 });
  await shard(folder);
  rmSync(join(pickled, "model.safetensors"));
  writeFileSync(join(pickled, "config.json"), readFileSync(join(folder, "config.json")));
  execFileSync(python, ["-c", toTorch, folder, pickled], { stdio: "inherit" });
  const own = (kind: string, at: string): Measured =>
    measured(process.execPath, ["--import", "tsx", import.meta.filename, kind, at]);
  const programs: Record<string, () => Measured> = {
    "ft, sharded": () => own("plain", folder),
    "mlx-lm, sharded": () => measured(python, ["-c", mlxLm, folder]),
    "ft, torch.save": () => own("plain", pickled),
    "ft, sharded, 4 bits": () => own("packed", folder),
  };
  const found = new Map<string, Measured[]>(Object.keys(programs).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, program] of Object.entries(programs)) found.get(name)?.push(program());
  const size = weightBytes(folder);
  console.log(`weights ${(size / 1e6).toFixed(0)} MB, load ${loadavg()[0]?.toFixed(1)}`);
  console.log("| | seconds | arrays | resident |\n|---|---|---|---|");
  for (const [name, list] of found) {
    const of = (field: keyof Measured): number => median(list.map((one) => one[field]));
    const share = (bytes: number): string => `${(bytes / size).toFixed(2)} ×`;
    const [arrays, all] = [share(of("arrayBytes")), share(of("residentBytes"))];
    console.log(`| ${name} | ${of("seconds").toFixed(2)} | ${arrays} | ${all} |`);
  }
  rmSync(root, { recursive: true });
}

const [kind, at] = process.argv.slice(2);
if (at === undefined) await compare();
else console.log(JSON.stringify(await load(at, kind === "packed")));
