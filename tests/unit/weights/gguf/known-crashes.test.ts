// Files that crashed other readers of GGUF, made again from their reports: each is refused here, with exit 7.
import { expect, test } from "vitest";
import { readGgufHeader } from "../../../../src/weights/gguf/header.ts";
import { readGgufModel } from "../../../../src/weights/gguf/stored-model.ts";
import { type GgufTensorPlan, ggufBytes, ggufText } from "../../../support/gguf-bytes.ts";
import { sourceOf } from "../../../support/mutations.ts";

const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: bigint): Buffer => Buffer.from(BigUint64Array.of(value).buffer);

/** Magic, version, no tensors; then so many keys. */
const opening = (keys: bigint): Buffer => Buffer.concat([ggufBytes({}).subarray(0, 16), u64(keys)]);
const [TEXT, LIST, UINT32] = [8, 9, 4];
const fourMegabytes = 2n ** 22n;

const tensor = (type: number, shape: readonly number[], offset = 0): Buffer => {
  const plan: GgufTensorPlan = { type, shape, data: Buffer.alloc(64), offset };
  return ggufBytes({ tensors: { a: plan } });
};

/** Nine dimensions, where readers have room for eight. */
function nineDimensions(): Buffer {
  const bytes = tensor(0, [1, 1, 1, 1]);
  bytes.writeUInt32LE(9, bytes.indexOf("a", 24) + 1);
  return bytes;
}

const files: Record<string, Buffer> = {
  "12 bytes: magic, version, half a count (gguf-tools)": Buffer.concat([
    Buffer.from("GGUF"),
    u32(3),
    u32(0),
  ]),
  "a text of 4 MB in 50 bytes (mlx #4213)": Buffer.concat([
    opening(1n),
    ggufText("a.key"),
    u32(TEXT),
    u64(fourMegabytes),
  ]),
  "a list of 4 million in 50 bytes (mlx #4213)": Buffer.concat([
    opening(1n),
    ggufText("a.key"),
    u32(LIST),
    u32(UINT32),
    u64(fourMegabytes),
  ]),
  "a text whose length wraps around (mlx #4213)": Buffer.concat([
    opening(1n),
    ggufText("a.key"),
    u32(TEXT),
    u64(2n ** 64n - 8n),
  ]),
  "a tensor a terabyte further on (mlx #4136)": tensor(0, [4, 4], 2 ** 40),
  "nine dimensions (mlx #3358)": nineDimensions(),
  "sizes whose product is zero in 32 bits (mlx #4245)": tensor(2, [65_536, 65_536]),
  "sizes whose product is zero in 64 bits": tensor(2, [2 ** 21, 2 ** 22, 2 ** 22]),
};

test.each(Object.entries(files))("%s", async (_, bytes) => {
  const reading = readGgufHeader(sourceOf(bytes, "crash.gguf"));
  await expect(reading).rejects.toMatchObject({
    code: expect.stringMatching(/^FT-WEIGHTS-05[0-3]$/) as string,
    exitCode: 7,
  });
});

test("a key without a name, 37 bytes (llama.cpp #24884)", async () => {
  const bytes = Buffer.concat([opening(1n), ggufText(""), u32(UINT32), u32(1)]);
  await expect(readGgufModel(sourceOf(bytes, "crash.gguf"))).rejects.toMatchObject({
    code: "FT-WEIGHTS-055",
  });
});
