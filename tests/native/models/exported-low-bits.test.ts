// An adapter's update in every form that rounds weights to few bits: what is left of it is told, and a result that would
// lose it is not written. The bases lie on the grid that they are rounded to again, which is how updates are lost.
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ExportedModel, exportModel } from "../../../src/app/share/export-model.ts";
import { exportFormats } from "../../../src/export/formats/index.ts";
import { openStoredModel } from "../../../src/weights/index.ts";
import { drawnAdapter } from "../../support/drawn-adapter.ts";
import { makeToyModel } from "../../support/toy-model.ts";

const root = mkdtempSync(path.join(tmpdir(), "ft-low-bits-"));
afterAll(() => rmSync(root, { recursive: true }));

const place = (name: string): string => path.join(root, name);

const make = (
  format: string,
  model: string,
  output: string,
  more: { adapter?: string; quant?: string } = {},
): Promise<ExportedModel> => exportModel({ format, model, output: place(output), ...more });

/** By format: the base, and the quantization that brings it back to where it was. */
const forms: Record<string, { base: string; quant?: string }> = {
  gguf: { base: "base.gguf", quant: "q4_0" },
  ollama: { base: "base.gguf", quant: "q4_0" },
  mlx: { base: "packed" },
  "mlx-swift": { base: "packed" },
};

test("every form that quantizes models is here", () => {
  const quantizing = exportFormats
    .names()
    .filter((name) => exportFormats.get(name).quants !== undefined);
  expect(quantizing.toSorted()).toEqual(Object.keys(forms).toSorted());
});

beforeAll(async () => {
  const toy = await makeToyModel(place("toy"), {
    // rms_norm_eps and the count of positions are what mlx-swift needs to be told
    config: { hidden_size: 64, intermediate_size: 128, rms_norm_eps: 1e-6 },
  });
  await make("gguf", toy, "base.gguf", { quant: "q4_0" });
  await make("mlx", toy, "packed", { quant: "4bit" });
  const targets = ["q_proj", "v_proj", "down_proj"];
  for (const base of ["base.gguf", "packed"]) {
    const stored = await openStoredModel(place(base));
    await drawnAdapter(stored, place(`faint-${base}`), { targets, deviation: 0.004 });
    await drawnAdapter(stored, place(`strong-${base}`), { targets, deviation: 0.3 });
  }
});

test.each(Object.keys(forms))("%s: an update that rounding takes is not written", async (form) => {
  const { base = "", quant } = forms[form] ?? {};
  const before = readdirSync(root);
  const made = make(form, place(base), `lost-${form}`, {
    adapter: place(`faint-${base}`),
    ...(quant !== undefined && { quant }),
  });
  await expect(made).rejects.toMatchObject({ code: "FT-ADAPTER-012", exitCode: 3 });
  expect(readdirSync(root)).toEqual(before);
});

test.each(Object.keys(forms))("%s: what is left of one that stays is told", async (form) => {
  const { base = "", quant } = forms[form] ?? {};
  const { survival, notes } = await make(form, place(base), `kept-${form}`, {
    adapter: place(`strong-${base}`),
    ...(quant !== undefined && { quant }),
  });
  expect(survival?.kept).toBeGreaterThan(0.9);
  expect(survival?.noise).toBeGreaterThan(0);
  expect(survival?.layers.map(({ layer }) => layer)).toContain("model.layers.1.mlp.down_proj");
  expect(notes.join()).toMatch(/left of the update: \d+\.\d %/);
  expect(existsSync(place(`kept-${form}`))).toBe(true);
});

test.each([
  ["gguf", "f16"],
  ["hf", undefined],
])("%s: nothing is measured where nothing is rounded to few bits", async (form, quant) => {
  const { survival } = await make(form, place("base.gguf"), `plain-${form}`, {
    adapter: place("faint-base.gguf"),
    ...(quant !== undefined && { quant }),
  });
  expect(survival).toBeNull();
});
