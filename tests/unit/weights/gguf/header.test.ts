// The header reader beside gguf-py's own files, and what it refuses: with exit 7, the file, and what is wrong.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ExitCode, ModelError } from "../../../../src/core/errors.ts";
import {
  type GgufHeader,
  readGgufFile,
  readGgufHeader,
} from "../../../../src/weights/gguf/header.ts";
import { makeFile } from "../../../support/folders.ts";
import { ggufBytes, type GgufPlan, ggufText, ggufZeros } from "../../../support/gguf-bytes.ts";
import { rejection } from "../../../support/refusal.ts";

const fixtures = new URL("../../../fixtures/gguf/", import.meta.url);
const told = JSON.parse(readFileSync(new URL("files.json", fixtures), "utf8")) as {
  values: Record<string, unknown>;
  tensors: Record<string, { shape: number[] }>;
};

const plain = (value: unknown): unknown =>
  ArrayBuffer.isView(value) ? [...(value as Int8Array)] : value;

describe.each(["little", "big"])("gguf-py's file, %s-endian", (order) => {
  const file = fileURLToPath(new URL(`${order}.gguf`, fixtures));

  test("every kind of value", async () => {
    const { metadata, littleEndian } = await readGgufFile(file);
    const expected = { "general.architecture": "llama", "general.alignment": 64, ...told.values };
    const found = Object.fromEntries([...metadata].map(([key, value]) => [key, plain(value)]));
    expect(found).toEqual(expected);
    expect(littleEndian).toBe(order === "little");
  });

  test("tensors, their types and shapes", async () => {
    const { tensors } = await readGgufFile(file);
    const found = [...tensors].map(([name, { type, shape }]) => [name, `t.${type.name}`, shape]);
    expect(found).toEqual(
      Object.entries(told.tensors).map(([name, { shape }]) => [name, name, shape]),
    );
    for (const { begin, end } of tensors.values())
      expect([begin % 64, end > begin]).toEqual([0, true]);
  });
});

function headerOf(bytes: Uint8Array, size = bytes.length): Promise<GgufHeader> {
  const read = async (at: number, length: number): Promise<Uint8Array> => {
    const found = Buffer.alloc(Math.min(length, size - at));
    found.set(bytes.subarray(at, at + found.length));
    return found;
  };
  return readGgufHeader({ name: "model.gguf", bytes: size, read });
}

async function refused(bytes: Uint8Array, size?: number): Promise<ModelError> {
  const error = await rejection(headerOf(bytes, size), ModelError);
  expect(error.exitCode).toBe(ExitCode.malformedWeights);
  expect(error.at?.file).toBe("model.gguf");
  return error;
}

const sound: GgufPlan = {
  metadata: { "general.architecture": ["text", "llama"], "llama.block_count": ["u32", 1] },
  tensors: { a: ggufZeros(4, 8), b: ggufZeros(3), scalar: ggufZeros() },
};

test("a plan of the tests' own", async () => {
  const { tensors, metadata } = await headerOf(ggufBytes(sound));
  expect([...tensors].map(([name, { shape }]) => [name, shape])).toEqual([
    ["a", [4, 8]],
    ["b", [3]],
    ["scalar", []],
  ]);
  expect(metadata.get("llama.block_count")).toBe(1);
});

test("a header longer than the first look", async () => {
  const texts = Array.from({ length: 300_000 }, (_, index) => `token ${index}`);
  const { metadata } = await headerOf(ggufBytes({ metadata: { tokens: ["texts", texts] } }));
  expect((metadata.get("tokens") as string[]).at(-1)).toBe("token 299999");
});

/** The sound file with `bytes` written at the place of the first `text`, or after it. */
function changed(text: string, after: number, bytes: Uint8Array, plan = sound): Buffer {
  const file = ggufBytes(plan);
  file.set(bytes, file.indexOf(text) + after);
  return file;
}

const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: bigint): Buffer => Buffer.from(BigUint64Array.of(value).buffer);

describe("not a header: FT-WEIGHTS-051", () => {
  const most = 2n ** 64n - 1n;
  const cases: Record<string, [bytes: Uint8Array, message: string]> = {
    "another magic": [changed("GGUF", 0, Buffer.from("GGML")), "does not begin with GGUF"],
    "version 1": [ggufBytes({ ...sound, version: 1 }), "version 1; versions 2 and 3 are read"],
    "version 4": [ggufBytes({ ...sound, version: 4 }), "version 4"],
    "2^64 tensors": [changed("GGUF", 8, u64(most)), "no possible count"],
    "an unknown kind": [changed("llama.block_count", 17, u32(13)), "of unknown kind 13"],
    "a list of lists": [
      Buffer.concat([
        ggufBytes({}).subarray(0, 16),
        u64(1n),
        ggufText("k"),
        u32(9),
        u32(9),
        u64(0n),
      ]),
      "k is a list of lists",
    ],
    "five dimensions": [ggufBytes({ tensors: { a: ggufZeros(1, 1, 1, 1, 1) } }), "5 dimensions"],
    "a flag of 2": [
      changed("flag", 8, Buffer.from([2]), { metadata: { flag: ["bool", true] } }),
      "neither 0 nor 1",
    ],
    "alignment 24": [
      ggufBytes({ metadata: { "general.alignment": ["u32", 24] } }),
      "general.alignment is 24, no power of two",
    ],
    "a name that is not UTF-8": [changed("llama.block", 0, Buffer.from([0xff])), "not UTF-8"],
  };

  test.each(Object.entries(cases))("%s", async (_, [bytes, message]) => {
    const error = await refused(bytes);
    expect(error.code).toBe("FT-WEIGHTS-051");
    expect(error.message).toContain(message);
  });

  test("a key twice", async () => {
    const twice = Buffer.concat([ggufText("k"), u32(4), u32(1)]);
    const error = await refused(
      Buffer.concat([ggufBytes({}).subarray(0, 16), u64(2n), twice, twice]),
    );
    expect(error.message).toContain('key "k" is there twice');
  });

  test("more than any header has, in a file that is large enough", async () => {
    const terabyte = 2 ** 40;
    const tensors = changed("GGUF", 8, u64(2n ** 32n));
    expect((await refused(tensors, terabyte)).message).toContain("more than 100000");
    const key = changed("general.architecture", -8, u64(2n ** 38n));
    expect((await refused(key, terabyte)).message).toContain("more than 65535");
    const text = changed("llama", -8, u64(2n ** 38n));
    expect((await refused(text, terabyte)).message).toContain("more than 16000000");
  });
});

describe("truncated: FT-WEIGHTS-050", () => {
  test("anywhere", async () => {
    const bytes = ggufBytes({ ...sound, tensors: { a: ggufZeros(4, 8) } });
    for (let length = 0; length < bytes.length; length++) {
      const error = await refused(bytes.subarray(0, length));
      expect(error.code).toBe("FT-WEIGHTS-050");
    }
  });

  test("counts beyond what the file can hold are refused before anything is read", async () => {
    const keys = changed("GGUF", 16, u64(1000n));
    expect((await refused(keys)).message).toContain("announces 1000 keys");
    const list = changed("texts", 13, u64(2n ** 40n), { metadata: { texts: ["texts", ["a"]] } });
    expect((await refused(list)).message).toContain("announces 1099511627776 items of texts");
  });
});

describe("impossible tensors: FT-WEIGHTS-052, 053", () => {
  const refusedTensors = async (tensors: GgufPlan["tensors"], code: string): Promise<string> => {
    const error = await refused(ggufBytes({ tensors: tensors ?? {} }));
    expect(error.code).toBe(code);
    return error.problems.join("\n");
  };

  test("types, rows, offsets and sizes, all told at once", async () => {
    const problems = await refusedTensors(
      {
        unknown: { ...ggufZeros(2), type: 4 },
        ragged: { type: 3, shape: [2, 33], data: Buffer.alloc(64) },
        askew: { ...ggufZeros(2), offset: 33 },
        huge: { ...ggufZeros(), shape: [2 ** 31, 2 ** 31], offset: 128 },
      },
      "FT-WEIGHTS-052",
    );
    expect(problems).toContain('tensor "unknown" has the unknown element type 4');
    expect(problems).toContain("rows are no multiple of 32");
    expect(problems).toContain("begins at 33, no multiple of 32");
    expect(problems).toContain("no possible size");
  });

  test("a name twice", async () => {
    const bytes = ggufBytes({ tensors: { aa: ggufZeros(2), ab: ggufZeros(2) } });
    bytes.set(Buffer.from("aa"), bytes.indexOf("ab"));
    expect((await refused(bytes)).problems).toEqual(['tensor "aa" is there twice']);
  });

  test("tensors that overlap", async () => {
    const tensors = { a: ggufZeros(16), b: { ...ggufZeros(16), offset: 32 } };
    expect(await refusedTensors(tensors, "FT-WEIGHTS-053")).toContain(
      'tensor "b" overlaps tensor "a"',
    );
  });

  test("tensors that lie outside", async () => {
    const outside = { a: { ...ggufZeros(16), offset: 2 ** 40 } };
    expect((await refused(ggufBytes({ tensors: outside }))).code).toBe("FT-WEIGHTS-050");
  });
});

test("a file that is not there", async () => {
  const missing = makeFile("there.gguf", "").replace("there", "missing");
  const error = await rejection(readGgufFile(missing), ModelError);
  expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-001", ExitCode.config]);
});
