// What ft models info prints of a model; what it knows of one is tests/cli's.
import { expect, test } from "vitest";
import type { LayerInfo, ModelInfo } from "../../../src/app/models/model-info.ts";
import { modelText } from "../../../src/cli/render/model-info.ts";

const block: LayerInfo = { kind: "block", experts: 1, parameters: 10 };

const known: ModelInfo = {
  ...{ name: "org/model", folder: "/cache", source: "cache", commit: null, license: "mit" },
  ...{ architecture: "llama", supported: true, parameters: 40, quantization: null, tensors: 4 },
  ...{ bytes: 160, dtypes: { F32: 40 }, files: [{ name: "model.safetensors", bytes: 200 }] },
  layers: [block],
  mapping: { mapped: 4, tied: [], ignored: [], missing: [], unexpected: [], problems: [] },
  ...{ template: null, baseModel: true, memory: null, config: {} },
};

/** The value of one line. */
function line(title: string, model: Partial<ModelInfo>, withMemory = false): string | undefined {
  const lines = modelText({ ...known, ...model }, withMemory).split("\n");
  return lines.find((one) => one.startsWith(`${title}:`))?.replace(/^[^:]*: */, "");
}

test("layers of each kind are counted", () => {
  const sparse = { ...block, experts: 8 };
  expect(line("Layers", {})).toBe("1 block");
  const layers = [block, sparse, sparse];
  expect(line("Layers", { layers })).toBe("1 block, 2 blocks with 8 experts");
});

test("of many files only the ends are named", () => {
  const files = Array.from({ length: 40 }, (_, at) => ({ name: `model-${at}`, bytes: 10 }));
  expect(line("Files", { files })).toBe("40: model-0 to model-39");
  expect(line("Files", { files: files.slice(0, 2) })).toBe("model-0 (10 B), model-1 (10 B)");
});

test("layers that are packed otherwise are counted", () => {
  const quantization = { group_size: 32, bits: 4, mode: "affine" };
  expect(line("Quantized", { quantization })).toBe("affine, 4 bits, groups of 32");
  const config = { quantization: { ...quantization, lm_head: { bits: 8, group_size: 32 } } };
  const text = line("Quantized", { quantization, config });
  expect(text).toBe("affine, 4 bits, groups of 32; 1 layer otherwise");
});

test("a model without a template: what it is, and where templates are", () => {
  expect(line("Template", {})).toMatch(/^none: a base model.*ft templates list/);
});

test("of memory what there is of it is shown", () => {
  const terms = [
    { name: "weights", bytes: 5, formula: "" },
    { name: "table", bytes: 0, formula: "" },
  ];
  const memory = { totalBytes: 5, peakBytes: 5, cacheBytes: 0, terms };
  const text = modelText({ ...known, memory }, true);
  expect(text).toContain("weights:");
  expect(text).not.toContain("table:");
});
