// Tensors to a file and back, and from shards; what MLX cannot hold is refused before it is asked.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ModelError } from "../../../src/core/errors.ts";
import { float32, type Tensor } from "../../../src/mx/index.ts";
import {
  loadTensorFile,
  loadTensors,
  openModelFolder,
  readSafetensorsHeader,
  saveTensors,
} from "../../../src/weights/index.ts";
import { safetensorsBytes, writeFolder } from "../../support/model-files.ts";
import { rejection } from "../../support/refusal.ts";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), "ft-tensors-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const numbers = [0, 1, -2.5, 1024, 0.125, -3];
const from = (dtype: "float32" | "float16" | "bfloat16" | "int32"): Tensor =>
  float32(numbers, [2, 3]).astype(dtype);

test.each(["float32", "float16", "bfloat16", "int32"] as const)("%s comes back", async (dtype) => {
  const file = path.join(folder, "new", dtype, "model.safetensors");
  const tensor = from(dtype);
  await saveTensors(file, new Map([["layers.0.weight", tensor]]), { format: "mlx" });
  expect(readdirSync(path.dirname(file))).toEqual(["model.safetensors"]);
  const { tensors, metadata } = await loadTensorFile(file);
  const loaded = tensors.get("layers.0.weight");
  expect(metadata).toEqual({ format: "mlx" });
  expect(loaded?.shape).toEqual([2, 3]);
  expect(loaded?.dtype).toBe(dtype);
  expect(loaded?.toMemory()).toEqual(tensor.toMemory());
});

test("a second save replaces the first, and what was loaded from it stays", async () => {
  const file = path.join(folder, "twice.safetensors");
  await saveTensors(file, new Map([["a", from("float32")]]));
  const first = (await loadTensorFile(file)).tensors.get("a");
  await saveTensors(file, new Map([["b", from("float16")]]));
  expect([...(await readSafetensorsHeader(file)).tensors.keys()]).toEqual(["b"]);
  expect(first?.toMemory()).toEqual(new Float32Array(numbers));
});

test("shards load as one", async () => {
  const place = path.join(folder, "sharded");
  const names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
  await saveTensors(path.join(place, names[0] ?? ""), new Map([["a", from("float32")]]));
  await saveTensors(path.join(place, names[1] ?? ""), new Map([["b", from("bfloat16")]]));
  const index = { weight_map: { a: names[0], b: names[1] } };
  writeFolder(place, { "config.json": {}, "model.safetensors.index.json": index });
  const tensors = loadTensors(await openModelFolder(place));
  expect([...tensors.keys()].sort()).toEqual(["a", "b"]);
  expect(tensors.get("b")?.toMemory()).toEqual(from("bfloat16").toMemory());
});

test.each(["F64", "F8_E4M3"] as const)("%s is refused with its tensor's name", async (dtype) => {
  const file = path.join(folder, `${dtype}.safetensors`);
  writeFileSync(file, safetensorsBytes({ "a.weight": [dtype, [2]] }));
  const error = await rejection(loadTensorFile(file), ModelError);
  expect(error).toMatchObject({ code: "FT-WEIGHTS-020", exitCode: 3 });
  expect(error.problems).toEqual([`tensor "a.weight" is ${dtype}`]);
});

test("an axis that MLX cannot count is refused, not taken for a shorter one", async () => {
  const file = path.join(folder, "long-axis.safetensors");
  writeFileSync(file, safetensorsBytes({ a: ["F32", [0, 2 ** 32 + 3]], b: ["F32", [0, 3]] }));
  const error = await rejection(loadTensorFile(file), ModelError);
  expect(error.code).toBe("FT-WEIGHTS-020");
  expect(error.problems).toEqual(['tensor "a" is [0, 4294967299]']);
});

test("a save that fails leaves the old file and no other", async () => {
  const place = path.join(folder, "failing");
  const file = path.join(place, "a.safetensors");
  await saveTensors(file, new Map([["a", from("float32")]]));
  const before = readdirSync(place);
  // The name is taken by a folder that is not empty, so the rename must fail.
  const taken = writeFolder(path.join(place, "taken.safetensors"), { x: "x" });
  await expect(saveTensors(taken, new Map([["a", from("float32")]]))).rejects.toMatchObject({
    code: "FT-WEIGHTS-021",
  });
  expect(readdirSync(place).sort()).toEqual([...before, "taken.safetensors"].sort());
});

test.runIf(process.platform === "linux")(
  "what the disk refuses is told without the names of all tensors, with a folder that is there",
  async () => {
    const part = path.join("/proc/self/fdinfo", ".step-3.tmp-1-0a0b0c0d");
    await expect(
      saveTensors(path.join(part, "a.safetensors"), new Map([["layers.0.w", from("float32")]])),
    ).rejects.toMatchObject({
      code: "FT-WEIGHTS-021",
      message: expect.not.stringContaining("layers.0.w"),
      hint: expect.stringMatching(/^df -h \/proc\/self\/fdinfo /),
    });
  },
);
