// Adapters combined: equal to PEFT's add_weighted_adapter on fixtures (make_combined.py beside them made them), and what
// is left to chance by what it must be on average.
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  combineAdapters,
  combineMethods,
  type StoredAdapter,
} from "../../../src/adapters/index.ts";
import { dispose, retain, scope, type Tensor } from "../../../src/mx/index.ts";
import { loadTensorFile } from "../../../src/weights/index.ts";
import { relativeDifference } from "../../parity/models/fixtures.ts";

const folder = path.join(import.meta.dirname, "../../fixtures/adapters/combined");

interface Case {
  method: string;
  weights: number[];
  density: number;
  rank: number | null;
}

const { cases, scales } = JSON.parse(readFileSync(path.join(folder, "cases.json"), "utf8")) as {
  cases: Record<string, Case>;
  scales: number[];
};

let tensors: ReadonlyMap<string, Tensor>;
beforeAll(async () => {
  tensors = retain((await loadTensorFile(path.join(folder, "combined.safetensors"))).tensors);
});
afterAll(() => dispose(tensors));

const LAYER = "model.layers.0.self_attn.q_proj";

function adapter(at: number, end = ""): StoredAdapter {
  const [a, b] = ["a", "b"].map((part) => tensors.get(`${at}${end}.${part}`) as Tensor);
  const rank = (a as Tensor).dim(1);
  const shape = { rank, scale: scales[at] ?? 1, dropout: 0 };
  return {
    ...{ format: "mlx", folder: "", unties: false, dropped: [], tensorCount: 2 },
    layers: new Map([[LAYER, { kind: "lora", shape }]]),
    replaced: new Map(),
    load: () => {
      const [lora_a, lora_b] = scope(() => retain([(a as Tensor).mul(1), (b as Tensor).mul(1)]));
      return {
        layers: new Map([[LAYER, { lora_a: lora_a as Tensor, lora_b: lora_b as Tensor }]]),
        replaced: new Map(),
      };
    },
  };
}

/** The update that an adapter makes, (in, out). */
function update(made: StoredAdapter): Tensor {
  const { lora_a: a, lora_b: b } = made.load().layers.get(LAYER) ?? {};
  return (a as Tensor).matmul(b as Tensor).mul(made.layers.get(LAYER)?.shape.scale ?? 1);
}

/** Sums of float32 in another order; a decomposition of one twice over. */
const tolerance = { default: 2e-6, svd: 2e-5 };

test.each(Object.entries(cases))("%s", (name, { method, weights, density, rank }) => {
  scope(() => {
    const made = combineAdapters([adapter(0), adapter(1)], {
      ...{ method, weights, density, seed: 0 },
      ...(rank !== null && { rank }),
    });
    const wanted = tensors.get(`made.${name}`) as Tensor;
    const apart = relativeDifference(update(made), wanted);
    expect(apart).toBeLessThanOrEqual(method === "svd" ? tolerance.svd : tolerance.default);
    expect(made.layers.get(LAYER)?.shape.scale).toBe(1);
  });
});

test("every method but those of chance has a fixture", () => {
  const shown = new Set(Object.values(cases).map(({ method }) => method));
  expect(combineMethods.names().filter((name) => !shown.has(name))).toEqual([]);
});

describe("left to chance", () => {
  test.each(["dare-linear", "dare-ties"])(
    "%s: the same with the same seed, so many zeros",
    (method) => {
      scope(() => {
        const request = { method, weights: [1, 0], density: 0.25, seed: 3 };
        const all = [adapter(0), adapter(1)] as const;
        const [one, again] = [combineAdapters(all, request), combineAdapters(all, request)];
        expect(relativeDifference(update(one), update(again))).toBe(0);
        const other = combineAdapters(all, { ...request, seed: 4 });
        expect(relativeDifference(update(other), update(one))).toBeGreaterThan(0.01);
        const { lora_a: a } = one.load().layers.get(LAYER) ?? {};
        const zeros = (a as Tensor).equal(0).astype("float32").mean().item();
        // of 128 numbers a fourth is kept: six deviations
        if (method === "dare-linear") expect(Math.abs(zeros - 0.75)).toBeLessThan(0.23);
      });
    },
  );
});

test("adapters of other ranks are combined side by side, or as the sum's best", () => {
  const pair = [adapter(0), adapter(1, "-wide")] as const;
  const request = { weights: [1, 1], density: 1, seed: 0 };
  expect(() => combineAdapters(pair, { ...request, method: "linear" })).toThrow(
    expect.objectContaining({ code: "FT-ADAPTER-014" }),
  );
  scope(() => {
    const whole = update(combineAdapters(pair, { ...request, method: "cat" }));
    const best = update(combineAdapters(pair, { ...request, method: "svd", rank: 100 }));
    expect(relativeDifference(best, whole)).toBeLessThanOrEqual(tolerance.svd);
  });
});
