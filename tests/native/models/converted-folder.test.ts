// Folders of converted models: every packing, shards, what config.json says, and what is left where it breaks off.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ConfigError, UsageError } from "../../../src/core/errors.ts";
import { type ConversionWish, planConversion } from "../../../src/export/conversion.ts";
import { writeConversion } from "../../../src/export/converted-folder.ts";
import { requireRoom } from "../../../src/export/whole-output.ts";
import { loadStoredModel } from "../../../src/models/index.ts";
import { dispose, scope, tensor, type Tensor } from "../../../src/mx/index.ts";
import { openModelFolder, TensorFileWriter, writeModelFiles } from "../../../src/weights/index.ts";
import { checkpointOf } from "../../parity/models/fixtures.ts";

const root = mkdtempSync(path.join(tmpdir(), "ft-converted-"));
afterAll(() => rmSync(root, { recursive: true }));
const place = (name: string): string => path.join(root, name);

async function convert(name: string, wish: ConversionWish, source = "llama") {
  const conversion = await planConversion(await checkpointOf(source), wish);
  await writeConversion(place(name), conversion);
  return conversion;
}

const lost = (unpacked: Tensor, plain: Tensor): number =>
  scope(() => {
    const size = (tensor: Tensor): number => tensor.square().sum().sqrt().item();
    return size(unpacked.astype("float32").sub(plain)) / size(plain);
  });

/** Of evenly spread steps over some four deviations, 4 / √12 / (2^bits − 1) of the weights is lost; half as much again. */
const evenly = (bits: number): number => (1.5 * 4) / Math.sqrt(12) / (2 ** bits - 1);

describe.each([
  ["affine", 2, 32, evenly(2)],
  ["affine", 3, 32, evenly(3)],
  ["affine", 5, 32, evenly(5)],
  ["affine", 6, 32, evenly(6)],
  ["affine", 8, 32, evenly(8)],
  // floats of so many bits of mantissa, with scales that are powers of two or have eight bits
  ["mxfp4", 4, 32, 0.25],
  ["mxfp8", 8, 32, 0.05],
  ["nvfp4", 4, 16, 0.2],
] as const)("%s, %i bits in groups of %i", (mode, bits, groupSize, most) => {
  test(`at most ${most.toFixed(3)} of the weights is lost`, async () => {
    const name = `${mode}-${bits}`;
    const made = await convert(name, { packing: { mode, bits, groupSize } });
    expect(made.config["quantization"]).toEqual({ group_size: groupSize, bits, mode });
    expect(made.config["quantization_config"]).toEqual(made.config["quantization"]);
    expect(made.bytes).toBeLessThan(4 * made.parameters);
    const packed = await openModelFolder(place(name));
    await writeConversion(place(`${name}-plain`), await planConversion(packed, { unpacks: true }));
    const [plain, source] = await Promise.all([
      loadStoredModel(await openModelFolder(place(`${name}-plain`))),
      loadStoredModel(await checkpointOf("llama")),
    ]);
    for (const path of made.packed.keys()) {
      const [found, wanted] = [plain, source].map(({ model }) =>
        model.parameters().get(`${path}.weight`),
      );
      const share = lost(found as Tensor, wanted as Tensor);
      expect(share, path).toBeLessThan(most);
      expect(share, path).toBeGreaterThan(0);
    }
    dispose([plain.model, source.model]);
  });
});

test("rules for layers: bits of their own, or none, and the last that fits decides", async () => {
  const packing = {
    mode: "affine",
    bits: 4,
    groupSize: 32,
    layers: { "*.v_proj": 8, "model.layers.1.*": "dense", "*.1.self_attn.q_proj": 6 },
  } as const;
  const { config, packed, dense } = await convert("rules", { packing });
  expect(packed.get("model.layers.0.self_attn.v_proj")?.bits).toBe(8);
  expect(dense).toContain("model.layers.1.self_attn.v_proj");
  expect(config["quantization"]).toEqual({
    ...{ group_size: 32, bits: 4, mode: "affine" },
    "model.layers.0.self_attn.v_proj": { group_size: 32, bits: 8, mode: "affine" },
    "model.layers.1.self_attn.q_proj": { group_size: 32, bits: 6, mode: "affine" },
    "model.layers.2.self_attn.v_proj": { group_size: 32, bits: 8, mode: "affine" },
  });
  const again = await loadStoredModel(await openModelFolder(place("rules")));
  expect(again.model.parameters().get("model.layers.1.self_attn.q_proj.weight")?.shape).toEqual([
    32, 6,
  ]);
  dispose(again.model);
});

test("eight bits beside mxfp4 are affine", async () => {
  const packing = { mode: "mxfp4", bits: 4, groupSize: 32, layers: { lm_head: 8 } } as const;
  const { config } = await convert("beside", { packing });
  expect(config["quantization"]).toMatchObject({
    mode: "mxfp4",
    lm_head: { group_size: 32, bits: 8, mode: "affine" },
  });
});

const refusals: [string, ConversionWish, string][] = [
  [
    "a name that no layer has",
    { packing: { bits: 4, groupSize: 32, layers: { "*.proj": 8 } } },
    "081",
  ],
  [
    "bits that there are not",
    { packing: { bits: 4, groupSize: 32, layers: { lm_head: 7 } } },
    "082",
  ],
];

test.each(refusals)("refused: %s", async (_, wish, code) => {
  const planned = checkpointOf("llama").then((stored) => planConversion(stored, wish));
  await expect(planned).rejects.toThrow(ConfigError);
  await expect(planned).rejects.toMatchObject({ code: `FT-CONFIG-${code}` });
});

test("a mixture is refused where there are no layers that it speaks of", async () => {
  const packing = { bits: 4, groupSize: 32, mixture: "mixed_4_6" } as const;
  const planned = checkpointOf("gpt2").then((stored) => planConversion(stored, { packing }));
  await expect(planned).rejects.toMatchObject({ code: "FT-CONFIG-080" });
});

test("what a model in 16 bits keeps in 32 stays so", async () => {
  const wide = place("wide");
  await convert("halves", { dtype: "bfloat16" });
  const stored = await openModelFolder(place("halves"));
  const tensors = [...stored.tensors].map(([name, { shape }]) => ({
    name,
    dtype: name.endsWith("norm.weight") ? ("float32" as const) : ("bfloat16" as const),
    shape,
  }));
  mkdirSync(wide);
  writeFileSync(path.join(wide, "config.json"), JSON.stringify(stored.config));
  const reader = stored.load();
  const write = (name: string, file: TensorFileWriter): void => {
    const dtype = tensors.find((one) => one.name === name)?.dtype ?? "float32";
    scope(() => file.write(name, reader.read(name).astype(dtype)));
  };
  for (const _ of writeModelFiles(wide, tensors, write)) continue;
  const planned = await planConversion(await openModelFolder(wide), { dtype: "float16" });
  const types = new Map(planned.tensors.map(({ name, dtype }) => [name, dtype]));
  expect(types.get("model.norm.weight")).toBe("float32");
  expect(types.get("lm_head.weight")).toBe("float16");
});

test("shards and their index read as the one file does", async () => {
  const folder = place("shards");
  mkdirSync(folder);
  const numbers = [1, 2, 3, 4, 5, 6].map((one) => new Float32Array(8).fill(one));
  const planned = numbers.map((_, at) => ({
    name: `t${at}`,
    dtype: "float32" as const,
    shape: [2, 4],
  }));
  const write = (name: string, file: TensorFileWriter): void =>
    scope(() =>
      file.write(name, tensor(numbers[Number(name[1])] as Float32Array, [2, 4], "float32")),
    );
  const written = [...writeModelFiles(folder, planned, write, { shardBytes: 70 })];
  expect(written).toHaveLength(6);
  expect(readdirSync(folder)).toHaveLength(4);
  writeFileSync(path.join(folder, "config.json"), "{}");
  const reader = (await openModelFolder(folder)).load();
  for (const [at, wanted] of numbers.entries()) {
    const read = reader.read(`t${at}`);
    expect(read.toFloat32()).toEqual(wanted);
    read.dispose();
  }
  reader.close();
});

test("numbers of one byte do not move larger ones from their places", async () => {
  const file = path.join(root, "places.safetensors");
  const planned = [
    { name: "small", dtype: "uint8" as const, shape: [3] },
    { name: "large", dtype: "float32" as const, shape: [2] },
  ];
  const writer = new TensorFileWriter(file, planned);
  scope(() => {
    writer.write("small", tensor(Uint8Array.of(1, 2, 3), [3], "uint8"));
    writer.write("large", tensor(Float32Array.of(1.5, -2), [2], "float32"));
  });
  writer.close();
  const bytes = readFileSync(file);
  const start = 8 + Number(bytes.readBigUInt64LE());
  expect(start % 8).toBe(0);
  expect(bytes.readFloatLE(start)).toBe(1.5);
  expect([...bytes.subarray(start + 8)]).toEqual([1, 2, 3]);
});

test("what is there is not overwritten", async () => {
  mkdirSync(place("mine"));
  writeFileSync(path.join(place("mine"), "notes.txt"), "mine");
  const made = convert("mine", { dtype: "float16" });
  await expect(made).rejects.toThrow(UsageError);
  expect(readdirSync(place("mine"))).toEqual(["notes.txt"]);
});

test("stopped, it leaves nothing", async () => {
  const conversion = await planConversion(await checkpointOf("llama"), { dtype: "float16" });
  const stop = new AbortController();
  const before = readdirSync(root);
  const onProgress = ({ bytes, total }: { bytes: number; total: number }): void => {
    if (bytes > total / 2) stop.abort();
  };
  const made = writeConversion(place("stopped"), conversion, { onProgress, signal: stop.signal });
  await expect(made).rejects.toMatchObject({ code: "FT-INTERRUPTED", exitCode: 130 });
  expect(readdirSync(root)).toEqual(before);
});

test("a disk without room is told before anything is written", async () => {
  await expect(requireRoom(place("large"), 1e18)).rejects.toMatchObject({
    code: "FT-WEIGHTS-022",
    exitCode: 5,
  });
  expect(existsSync(place("large"))).toBe(false);
});
