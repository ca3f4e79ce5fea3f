// Model folders, whole and broken: what is chosen, what is refused, and that everything wrong is said at once.
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ModelError } from "../../../src/core/errors.ts";
import { openModelFolder } from "../../../src/weights/model-folder.ts";
import { readPickleFile } from "../../../src/weights/pickle/header.ts";
import { type Layout, safetensorsBytes, writeFolder } from "../../support/model-files.ts";
import { rejection } from "../../support/refusal.ts";

let root: string;
let made = 0;
beforeAll(() => void (root = mkdtempSync(path.join(tmpdir(), "ft-stored-"))));
afterAll(() => rmSync(root, { recursive: true }));

const config = { model_type: "llama" };
const first: Layout = { "a.weight": ["F32", [2, 3]] };
const second: Layout = { "b.weight": ["BF16", [4]], "c.weight": ["U32", []] };
const shard1 = "model-00001-of-00002.safetensors";
const shard2 = "model-00002-of-00002.safetensors";
const weightMap = { "a.weight": shard1, "b.weight": shard2, "c.weight": shard2 };
const sharded = {
  "config.json": config,
  [shard1]: safetensorsBytes(first),
  [shard2]: safetensorsBytes(second),
  "model.safetensors.index.json": { metadata: { total_size: 36 }, weight_map: weightMap },
};

function folderOf(files: Record<string, unknown>): string {
  return writeFolder(path.join(root, `folder-${made++}`), files);
}

const refusal = (folder: string): Promise<ModelError> =>
  rejection(openModelFolder(folder), ModelError);

function tensorsIn(layouts: Layout[]): string[] {
  return layouts.flatMap((layout) => Object.keys(layout)).sort();
}

describe("reads", () => {
  test("a single file", async () => {
    const folder = folderOf({
      "config.json": config,
      "model.safetensors": safetensorsBytes(first),
    });
    const stored = await openModelFolder(folder);
    const file = path.join(folder, "model.safetensors");
    expect(stored.files).toEqual([file]);
    expect(stored.config).toEqual(config);
    expect(stored.tensors.get("a.weight")).toEqual({
      file,
      dtype: "F32",
      shape: [2, 3],
      bytes: 24,
    });
  });

  test("shards give the same tensors as one file", async () => {
    const one = folderOf({
      "config.json": config,
      "model.safetensors": safetensorsBytes({ ...first, ...second }),
    });
    const facts = async (folder: string): Promise<unknown[]> =>
      [...(await openModelFolder(folder)).tensors]
        .map(([name, { dtype, shape, bytes }]) => [name, dtype, shape, bytes])
        .sort();
    expect(await facts(folderOf(sharded))).toEqual(await facts(one));
  });

  test("shards without an index", async () => {
    const { "model.safetensors.index.json": _, ...files } = sharded;
    const stored = await openModelFolder(folderOf(files));
    expect([...stored.tensors.keys()].sort()).toEqual(tensorsIn([first, second]));
  });

  test("safetensors before .bin, the whole file before shards", async () => {
    const whole = { "whole.weight": ["F16", [1]] } as const satisfies Layout;
    const folder = folderOf({
      ...sharded,
      "model.safetensors": safetensorsBytes(whole),
      "pytorch_model.bin": "pickle",
    });
    const stored = await openModelFolder(folder);
    expect([...stored.tensors.keys()]).toEqual(["whole.weight"]);
  });

  test("what torch.save wrote, in shards that an index names", async () => {
    const fixture = (name: string): Buffer =>
      readFileSync(new URL(`../../fixtures/pickle/${name}`, import.meta.url));
    const shards = [
      "pytorch_model-00001-of-00002.bin",
      "pytorch_model-00002-of-00002.bin",
    ] as const;
    const old = await readPickleFile(
      fileURLToPath(new URL("../../fixtures/pickle/legacy.bin", import.meta.url)),
    );
    const names = [...old.tensors.keys()];
    const files = {
      "config.json": config,
      [shards[0]]: fixture("eight.bin"),
      [shards[1]]: fixture("legacy.bin"),
      "pytorch_model.bin.index.json": {
        weight_map: {
          eight: shards[0],
          ...Object.fromEntries(names.map((name) => [name, shards[1]])),
        },
      },
    };
    const stored = await openModelFolder(folderOf(files));
    expect([...stored.tensors.keys()].sort()).toEqual(["eight", ...names].sort());
    expect(stored.files.map((file) => path.basename(file))).toEqual([...shards]);
    const { [shards[1]]: _, ...without } = files;
    const error = await refusal(folderOf(without));
    expect([error.code, error.problems]).toEqual(["FT-WEIGHTS-014", [shards[1]]]);
  });

  test("a config.json with numbers that are not finite, as transformers writes them", async () => {
    const folder = folderOf({
      "config.json": '{"model_type": "x", "limit": [0.0, Infinity], "init": NaN}',
      "model.safetensors": safetensorsBytes(first),
    });
    const { config: found } = await openModelFolder(folder);
    expect(found).toEqual({ model_type: "x", limit: [0, Infinity], init: NaN });
  });

  test("links, as the hub cache has them", async () => {
    const blobs = folderOf({ blob: safetensorsBytes(first) });
    const folder = folderOf({ "config.json": config });
    symlinkSync(path.join(blobs, "blob"), path.join(folder, "model.safetensors"));
    expect((await openModelFolder(folder)).tensors.size).toBe(1);
  });
});

describe("refuses", () => {
  test("a missing folder, naming the nearest", async () => {
    mkdirSync(path.join(root, "smollm-base"));
    const error = await refusal(path.join(root, "smolm-base"));
    expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-010", 3]);
    expect(error.hint).toContain(path.join(root, "smollm-base"));
    expect(readdirSync(root)).not.toContain("smolm-base");
  });

  test("a file in place of a folder", async () => {
    const folder = folderOf({ "model.safetensors": safetensorsBytes(first) });
    const error = await refusal(path.join(folder, "model.safetensors"));
    expect(error.hint).toBe(`give its folder: ${folder}`);
  });

  test("a folder with nothing in it", async () => {
    const error = await refusal(folderOf({ "config.json": config }));
    expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-011", 3]);
  });

  test.each(["consolidated.00.pth", "flax_model.msgpack", "tf_model.h5"])(
    "only %s",
    async (name) => {
      const error = await refusal(
        folderOf({ "config.json": config, [name]: "x", "optimizer.pt": "x" }),
      );
      expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-012", 3]);
      expect(error.message).toContain(name);
      expect(error.message).not.toContain("optimizer.pt");
      expect(error.hint).toContain("pytorch_model.bin");
    },
  );

  test("only a gguf file", async () => {
    const error = await refusal(folderOf({ "config.json": config, "model-q4.gguf": "x" }));
    expect(error.message).toContain("model-q4.gguf");
    expect(error.hint).toContain("give the file itself");
  });

  test("missing shards, all of them", async () => {
    const { [shard1]: _1, [shard2]: _2, ...files } = sharded;
    const error = await refusal(folderOf(files));
    expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-014", 3]);
    expect(error.problems).toEqual([shard1, shard2]);
  });

  test("a missing numbered shard without an index", async () => {
    const error = await refusal(
      folderOf({ "config.json": config, [shard2]: safetensorsBytes(second) }),
    );
    expect(error.problems).toEqual([shard1]);
  });

  test("numbered shards without end, soon", async () => {
    const names = Array.from(
      { length: 1000 },
      (_, at) => `model-${10_000 + at}-of-99999.safetensors`,
    );
    const start = process.cpuUsage();
    const error = await refusal(
      folderOf({ "config.json": config, ...Object.fromEntries(names.map((name) => [name, ""])) }),
    );
    expect(error.code).toBe("FT-WEIGHTS-014");
    // half a minute when each name counted all of them; some milliseconds and a thousand small files now
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(5);
  });

  test.each([
    ["config.json", "FT-WEIGHTS-013"],
    ["model.safetensors.index.json", "FT-WEIGHTS-013"],
    [shard1, "FT-WEIGHTS-001"],
  ])("a pipe or a device for %s, without waiting for it", async (name, code) => {
    for (const make of [
      (file: string): unknown => execFileSync("mkfifo", [file]),
      (file: string): unknown => symlinkSync("/dev/zero", file),
    ]) {
      const folder = folderOf(sharded);
      rmSync(path.join(folder, name));
      make(path.join(folder, name));
      const error = await refusal(folder);
      expect(error.code).toBe(code);
      expect(error.message).toContain(name);
    }
  });

  test("a config.json nested without end, with its line", async () => {
    const text = `{"model_type": "llama",\n"x": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    const error = await refusal(folderOf({ ...sharded, "config.json": text }));
    expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-015", 3]);
    expect(error.message).toContain("config.json, line 2: not valid JSON: nested deeper than");
  });

  test("an index that leaves its folder, exit 7", async () => {
    for (const shard of ["../x.safetensors", "/etc/x.safetensors", "a/b.safetensors", "x.py", 1]) {
      const index = { weight_map: { ...weightMap, "d.weight": shard } };
      const error = await refusal(folderOf({ ...sharded, "model.safetensors.index.json": index }));
      expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-013", 7]);
      expect(error.problems).toHaveLength(1);
    }
  });

  test.each(["{", "[]", "{}", '{"weight_map":{}}', '{"weight_map":[1]}', '{"a":1,"a":1}'])(
    "index %s",
    async (text) => {
      const error = await refusal(folderOf({ ...sharded, "model.safetensors.index.json": text }));
      expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-013", 7]);
    },
  );

  test("an index that differs from its shards, both ways at once", async () => {
    const index = { weight_map: { "a.weight": shard2, "b.weight": shard2, "c.weight": shard1 } };
    const extra = safetensorsBytes({ ...first, "extra.weight": ["F32", [1]] });
    const error = await refusal(
      folderOf({ ...sharded, [shard1]: extra, "model.safetensors.index.json": index }),
    );
    expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-016", 7]);
    expect(error.problems).toHaveLength(3);
    expect(error.problems.join()).toContain("extra.weight");
  });

  test("one tensor in two files", async () => {
    const { "model.safetensors.index.json": _, ...files } = sharded;
    const error = await refusal(folderOf({ ...files, [shard2]: safetensorsBytes(first) }));
    expect(error.problems).toEqual([`tensor "a.weight" is in ${shard1} and ${shard2}`]);
  });

  test("a truncated shard, exit 7", async () => {
    const folder = folderOf(sharded);
    writeFileSync(path.join(folder, shard2), safetensorsBytes(second).subarray(0, -1));
    const error = await refusal(folder);
    expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-002", 7]);
    expect(error.message).toContain(shard2);
  });

  test("config.json missing or broken, with its line", async () => {
    const weights = { "model.safetensors": safetensorsBytes(first) };
    expect((await refusal(folderOf(weights))).code).toBe("FT-WEIGHTS-015");
    const broken = await refusal(folderOf({ ...weights, "config.json": '{\n "a": \n}' }));
    expect(broken.at).toMatchObject({ line: 3 });
    const list = await refusal(folderOf({ ...weights, "config.json": "[]" }));
    expect(list.message).toContain("not a JSON object");
  });
});
