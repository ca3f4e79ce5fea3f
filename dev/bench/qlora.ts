// How long is a step on a base of 4 bits, beside the same step of ft on the plain base, and of mlx-lm on the same folder
// of 4 bits in float32, its fastest precision on a CPU? How many bytes are the weights? One process after the other.
// mlx-lm takes part in a smaller shape alone: its products with packed weights would take minutes a step.
//   FT_PEERS_PYTHON=python node --import tsx dev/bench/qlora.ts [small|A]
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { loadStoredModel, packWhole } from "../../src/models/index.ts";
import { dispose } from "../../src/mx/index.ts";
import { openModelFolder, saveTensors } from "../../src/weights/index.ts";
import { openblasPreload } from "./openblas-preload.ts";
import { median } from "./statistics.ts";
import { makeJob } from "./table/job.ts";
import { ftProgram, isProgram, mlxProgram, type Program, run } from "./table/programs.ts";
import { type Workload, workloads } from "./table/workloads.ts";

const rounds = 3;
const packing = { groupSize: 64, bits: 4 };
const python = process.env["FT_PEERS_PYTHON"] ?? ".local/peers/bin/python";

const [a] = workloads.filter(({ id }) => id === "A") as [Workload];
const shapes: Record<string, { workload: Workload; withPeer: boolean }> = {
  small: {
    workload: {
      ...a,
      shape: { ...a.shape, num_hidden_layers: 8, vocab_size: 8192 },
      rows: { count: 8, length: { every: 129 }, learned: 1 },
      ...{ layers: 8, maxLength: 129 },
    },
    withPeer: true,
  },
  A: {
    workload: { ...a, rows: { count: 12, length: { every: 257 }, learned: 1 } },
    withPeer: false,
  },
};

/** The folder as mlx-lm would have quantized it; returns its path and both sizes of the weights in memory. */
async function quantizedFolder(plain: string, folder: string) {
  cpSync(plain, folder, { recursive: true });
  const dense = await loadStoredModel(await openModelFolder(plain));
  const options = { replaceLayers: packWhole(packing) };
  const { model } = await loadStoredModel(await openModelFolder(plain), options);
  await saveTensors(join(folder, "model.safetensors"), model.parameters(), { format: "mlx" });
  const file = join(folder, "config.json");
  const config = JSON.parse(readFileSync(file, "utf8")) as object;
  const quantization = { group_size: packing.groupSize, bits: packing.bits, mode: "affine" };
  writeFileSync(file, JSON.stringify({ ...config, quantization }));
  const bytes = [model, dense.model].map((one) =>
    [...one.parameters().values()].reduce((sum, tensor) => sum + tensor.nbytes, 0),
  ) as [number, number];
  dispose([model, dense.model]);
  return { folder, bytes };
}

async function measure(name: string, workload: Workload, withPeer: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ft-qlora-"));
  try {
    const job = await makeJob(folder, workload, 1);
    const quantized = await quantizedFolder(job.model, join(folder, "quantized"));
    const [plainFile, packedFile] = ["plain.json", "packed.json"].map((at) => join(folder, at)) as [
      string,
      string,
    ];
    writeFileSync(plainFile, JSON.stringify(job));
    writeFileSync(packedFile, JSON.stringify({ ...job, method: "qlora", model: quantized.folder }));
    const ft = ftProgram(folder);
    const peers: [Program, string, number][] =
      withPeer && isProgram(python)
        ? [[mlxProgram(python, openblasPreload(folder), 2), packedFile, 1]]
        : [];
    const arms: [Program, string, number][] = [
      [{ ...ft, name: "LoRA" }, plainFile, rounds],
      [{ ...ft, name: "QLoRA" }, packedFile, rounds],
      ...peers,
    ];
    const found = new Map<string, number[]>(arms.map(([{ name: arm }]) => [arm, []]));
    for (let round = 0; round < rounds; round++)
      for (const [program, file, most] of arms) {
        if (round >= most) continue;
        const { seconds, peakBytes, losses } = run(program, file);
        found.get(program.name)?.push(seconds / losses.length);
        const loss = `loss ${losses[0]?.toFixed(5)} → ${losses.at(-1)?.toFixed(5)}`;
        console.log(
          `  ${program.name}: ${(seconds / losses.length).toFixed(3)} s a step, ${(peakBytes / 1e6).toFixed(0)} MB, ${loss}`,
        );
      }
    const of = (arm: string): number => median(found.get(arm) ?? []);
    const [packed, dense] = quantized.bytes;
    const peer = peers.length > 0 ? `, mlx-lm ${(of("mlx-lm") / of("QLoRA")).toFixed(1)} ×` : "";
    console.log(
      `${name}: QLoRA ${(of("QLoRA") / of("LoRA")).toFixed(2)} × LoRA's time${peer}, ` +
        `weights ${(packed / dense).toFixed(3)} of float32's; load ${loadavg()[0]?.toFixed(1)}`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const wanted = process.argv.slice(2);
for (const [name, { workload, withPeer }] of Object.entries(shapes))
  if (wanted.length === 0 || wanted.includes(name)) await measure(name, workload, withPeer);
