// Pickled data from strangers: what is no weights is refused, whatever it asks for, and nothing of it runs.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readPickleHeader } from "../../../src/weights/pickle/header.ts";
import { unpickled } from "../../../src/weights/pickle/unpickle.ts";
import { PickleProblem } from "../../../src/weights/pickle/values.ts";
import { zipBytes } from "../../support/zip-bytes.ts";

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../fixtures/pickle/${name}`, import.meta.url));

function sourceOf(bytes: Buffer): Parameters<typeof readPickleHeader>[0] {
  const read = async (at: number, length: number): Promise<Uint8Array> =>
    bytes.subarray(at, at + length);
  return { name: "x.bin", bytes: bytes.length, read };
}

const text = (value: string): string => `X${String.fromCharCode(value.length)}\0\0\0${value}`;

/** Each runs something when Python's own unpickler reads it, or when torch.load of some version does. */
const hostile: Record<string, string> = {
  "os.system": `cos\nsystem\n(${text("id")}tR.`,
  "posix.system": `cposix\nsystem\n(${text("id")}tR.`,
  "builtins.eval": `cbuiltins\neval\n(${text("1")}tR.`,
  "builtins.getattr": `cbuiltins\ngetattr\n(${text("a")}${text("b")}tR.`,
  "subprocess.Popen": `csubprocess\nPopen\n(${text("id")}tR.`,
  "torch.hub": `ctorch.hub\nload\n(${text("a")}tR.`,
  "a function of torch that reads files": `ctorch.serialization\nload\n(${text("a")}tR.`,
  "a dotted name of an allowed module": `ctorch\nhub.load\n(${text("a")}tR.`,
  "named by the stack": `\u0080\u0004${text("os")}${text("system")}\u0093(${text("id")}tR.`,
  "an instance (INST)": `(${text("id")}ios\nsystem\n.`,
  "an object (OBJ)": `(cos\nsystem\n${text("id")}o.`,
  "a new object (NEWOBJ)": `ccollections\nOrderedDict\n)\u0081.`,
  "a new object with names (NEWOBJ_EX)": `ccollections\nOrderedDict\n)}\u0092.`,
  "an extension (EXT1)": "\u0082\u0001.",
  "a persistent id in text (PERSID)": "Pid\n.",
  "calls what it stored": `]q\0h\0)R.`,
  "calls a type of storage": `ctorch\nFloatStorage\n)R.`,
  "state given to a tensor": `ctorch._utils\n_rebuild_parameter\n}b.`,
};

describe("what could run", () => {
  test.each(Object.entries(hostile))("%s", (_, pickle) => {
    const found = (): unknown => unpickled(Buffer.from(pickle, "latin1"));
    expect(found).toThrow(PickleProblem);
  });

  test.each(Object.entries(hostile))("%s, in an archive: exit 7", async (_, pickle) => {
    const bytes = zipBytes({ "x/data.pkl": Buffer.from(pickle, "latin1") });
    const reading = readPickleHeader(sourceOf(bytes));
    await expect(reading).rejects.toMatchObject({
      code: expect.stringMatching(/^FT-WEIGHTS-06[12]$/) as string,
      exitCode: 7,
    });
  });

  test("is named", async () => {
    const bytes = zipBytes({ "x/data.pkl": Buffer.from(hostile["os.system"] ?? "", "latin1") });
    await expect(readPickleHeader(sourceOf(bytes))).rejects.toMatchObject({
      code: "FT-WEIGHTS-062",
      message:
        'x.bin: refused, because it needs code to run, which ft never does: it asks for "os.system", which no weights need',
    });
  });
});

describe("what is damaged", () => {
  const zip = fixture("zip.bin");
  const old = fixture("legacy.bin");

  test.each([
    ["an archive without its end", zip.subarray(0, zip.length - 30), "060"],
    ["storages that end early", old.subarray(0, old.length - 3), "060"],
    ["no dictionary", zipBytes({ "x/data.pkl": Buffer.from("N.") }), "061"],
    ["another archive", zipBytes({ "word/document.xml": Buffer.from("<a/>") }), "061"],
    ["a text", Buffer.from("<!doctype html>"), "062"],
    ["a pointer of Git LFS", Buffer.from("version https://git-lfs.github.com/spec/v1\n"), "061"],
    ["nothing", Buffer.alloc(0), "060"],
    ["a compressed entry", zipBytes({ "x/data.pkl": Buffer.from("N.") }, { method: 8 }), "061"],
    ["an encrypted entry", zipBytes({ "x/data.pkl": Buffer.from("N.") }, { flags: 1 }), "061"],
  ])("%s", async (_, bytes, code) => {
    const reading = readPickleHeader(sourceOf(bytes));
    await expect(reading).rejects.toMatchObject({ code: `FT-WEIGHTS-${code}`, exitCode: 7 });
  });

  test("a tensor without elements that is said to lie behind the file lies within it", async () => {
    const bytes = fixture("empty-beyond.bin");
    const { tensors } = await readPickleHeader(sourceOf(bytes));
    const empty = tensors.get("empty");
    expect(empty?.shape).toEqual([0, 4]);
    expect(empty?.end).toBe(empty?.begin);
    expect(empty?.end).toBeLessThanOrEqual(bytes.length);
  });

  /** A tensor as torch describes it: of 4 floats of storage 0. */
  const tensor = (offset: string, shape: string, strides: string): Buffer => {
    const storage = `(${text("storage")}ctorch\nFloatStorage\n${text("0")}${text("cpu")}K\u0004tQ`;
    const rebuilt = `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${offset}${shape}${strides}\u0089}tR`;
    return Buffer.from(`}${text("a")}${rebuilt}s.`, "latin1");
  };
  const archive = (pickle: Buffer): Buffer =>
    zipBytes({ "x/data.pkl": pickle, "x/data/0": Buffer.alloc(16) });

  test("a sound one is read", async () => {
    const { tensors } = await readPickleHeader(
      sourceOf(archive(tensor("K\0", "K\u0002K\u0002\u0086", "K\u0002K\u0001\u0086"))),
    );
    expect(tensors.get("a")).toMatchObject({ dtype: "F32", shape: [2, 2] });
  });

  test.each([
    ["beyond its storage", tensor("K\u0001", "K\u0002K\u0002\u0086", "K\u0002K\u0001\u0086")],
    ["beyond it by its strides", tensor("K\0", "K\u0002\u0085", "K\u0009\u0085")],
    ["of a negative offset", tensor("J\u00ff\u00ff\u00ff\u00ff", "K\u0001\u0085", "K\u0001\u0085")],
    ["of a negative stride", tensor("K\0", "K\u0002\u0085", "J\u00ff\u00ff\u00ff\u00ff\u0085")],
    ["of a shape that is a text", tensor("K\0", `${text("a")}\u0085`, "K\u0001\u0085")],
    ["of repeated numbers", tensor("K\0", "K\u0004\u0085", "K\0\u0085")],
  ])("a tensor %s", async (_, pickle) => {
    const reading = readPickleHeader(sourceOf(archive(pickle)));
    await expect(reading).rejects.toMatchObject({ code: "FT-WEIGHTS-061", exitCode: 7 });
  });

  test("a storage that is shorter than it is said to be", async () => {
    const pickle = tensor("K\0", "K\u0002\u0085", "K\u0001\u0085");
    const bytes = zipBytes({ "x/data.pkl": pickle, "x/data/0": Buffer.alloc(15) });
    await expect(readPickleHeader(sourceOf(bytes))).rejects.toMatchObject({
      code: "FT-WEIGHTS-060",
    });
  });
});
