// What ft converts is what mlx-lm's own conversion makes: the same packed bits under the same names, and mlx-lm
// computes with it what it computes with its own.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ConversionWish, planConversion } from "../../../src/export/conversion.ts";
import { writeConversion } from "../../../src/export/converted-folder.ts";
import { checkpointOf, folderOfModels } from "../../parity/models/fixtures.ts";

const python = process.env["FT_PEERS_PYTHON"] ?? "";
const root = mkdtempSync(path.join(tmpdir(), "ft-interop-converted-"));
afterAll(() => rmSync(root, { recursive: true }));

const affine = (bits: number, groupSize = 32) => ({ mode: "affine", bits, groupSize }) as const;

/** Name, fixture, what is asked of ft, and of mlx-lm. */
const cases: [name: string, fixture: string, wish: ConversionWish, asked: object][] = [
  ...([2, 3, 4, 5, 6, 8] as const).map((bits): (typeof cases)[number] => [
    `affine-${bits}`,
    "llama",
    { packing: affine(bits) },
    { bits, group: 32, mode: "affine" },
  ]),
  ["mxfp4", "llama", { packing: { mode: "mxfp4", bits: 4, groupSize: 32 } }, { mode: "mxfp4" }],
  ["mxfp8", "llama", { packing: { mode: "mxfp8", bits: 8, groupSize: 32 } }, { mode: "mxfp8" }],
  ["nvfp4", "llama", { packing: { mode: "nvfp4", bits: 4, groupSize: 16 } }, { mode: "nvfp4" }],
  ...(["mixed_2_6", "mixed_3_4", "mixed_3_6", "mixed_4_6"] as const).map(
    (mixture): (typeof cases)[number] => [
      mixture,
      "llama-sharded",
      { packing: { ...affine(4), mixture } },
      { group: 32, mode: "affine", recipe: mixture },
    ],
  ),
  [
    "bfloat16",
    "llama",
    { packing: affine(4), dtype: "bfloat16" },
    { bits: 4, group: 32, mode: "affine", dtype: "bfloat16" },
  ],
  ...[
    "qwen2-tied",
    "gemma2",
    "gemma3_text",
    "mistral3",
    "phi3",
    "starcoder2",
    "cohere2",
    "olmo2",
  ].map((name): (typeof cases)[number] => [
    name,
    name,
    { packing: affine(4) },
    { bits: 4, group: 32, mode: "affine" },
  ]),
];

/** For each case, names that only one has, names whose bits differ, and how far the logits are apart. */
const script = `
import json, sys
from pathlib import Path
import mlx.core as mx
from mlx.utils import tree_map
from mlx_lm.convert import mixed_quant_predicate_builder
from mlx_lm.utils import load_model, quantize_model, save_model, save_config
mx.set_default_device(mx.cpu)
root = Path(sys.argv[1])
ids = mx.array([[1, 9, 4, 30, 2, 17, 8]])
results = {}
for name, source, asked in json.loads((root / "cases.json").read_text()):
    model, config = load_model(Path(source))
    if "dtype" in asked:
        kind = getattr(mx, asked["dtype"])
        model.update(tree_map(lambda v: v.astype(kind) if mx.issubdtype(v.dtype, mx.floating) else v, model.parameters()))
    predicate = mixed_quant_predicate_builder(asked["recipe"], model, asked["group"]) if "recipe" in asked else None
    model, config = quantize_model(model, config, asked.get("group"), asked.get("bits"), mode=asked["mode"], quant_predicate=predicate)
    theirs = root / (name + "-theirs")
    save_model(theirs, model)
    save_config(config, theirs / "config.json")
    read = lambda folder: {k: v for file in sorted(folder.glob("model*.safetensors")) for k, v in mx.load(str(file)).items()}
    a, b = read(theirs), read(root / name)
    same = lambda x, y: x.dtype == y.dtype and x.shape == y.shape and mx.array_equal(x, y).item()
    logits = [load_model(folder)[0](ids).astype(mx.float32) for folder in (theirs, root / name)]
    results[name] = dict(only=sorted(set(a) ^ set(b)), differ=[k for k in a if k in b and not same(a[k], b[k])],
                         packed=sum(k.endswith(".scales") for k in a), apart=mx.abs(logits[0] - logits[1]).max().item())
print(json.dumps(results))
`;

interface Result {
  only: string[];
  differ: string[];
  packed: number;
  apart: number;
}

let results: Record<string, Result>;
beforeAll(async () => {
  if (python === "") throw new Error("FT_PEERS_PYTHON is not set: run make interop");
  mkdirSync(root, { recursive: true });
  for (const [name, fixture, wish] of cases)
    await writeConversion(
      path.join(root, name),
      await planConversion(await checkpointOf(fixture), wish),
    );
  const jobs = cases.map(([name, fixture, , asked]) => [
    name,
    path.join(folderOfModels, fixture),
    asked,
  ]);
  writeFileSync(path.join(root, "cases.json"), JSON.stringify(jobs));
  const printed = execFileSync(python, ["-c", script, root], { maxBuffer: 1e8 }).toString();
  results = JSON.parse(printed.trim().split("\n").at(-1) ?? "") as Record<string, Result>;
}, 300_000);

test.each(cases.map(([name]) => name))("%s", (name) => {
  const { packed, ...rest } = results[name] as Result;
  expect(rest).toEqual({ only: [], differ: [], apart: 0 });
  expect(packed).toBeGreaterThan(3);
});
