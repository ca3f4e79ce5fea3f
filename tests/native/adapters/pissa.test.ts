// Adapters that begin as the principal part of their matrix: singular vectors, an exact start, and a file that is an
// ordinary adapter on the base itself. That they learn as PEFT's is tests/parity/adapters.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  attachAdapter,
  fuseAdapters,
  loadAdapter,
  loadAdapterWeights,
  saveAdapter,
} from "../../../src/adapters/index.ts";
import { principalPart } from "../../../src/adapters/starts/principal-part.ts";
import { ConfigError } from "../../../src/core/errors.ts";
import {
  arange,
  carry,
  dispose,
  evaluate,
  liveTensors,
  normal,
  qr,
  randomKey,
  scope,
  type Tensor,
} from "../../../src/mx/index.ts";
import { bitsOf, relativeDifference } from "../../parity/models/fixtures.ts";
import { refusal } from "../../support/refusal.ts";
import { someIds, tinyLlama } from "./tiny-llama.ts";

const folder = mkdtempSync(path.join(tmpdir(), "ft-pissa-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** rows × columns with singular values 1, 0.7, 0.7², …. */
function decaying(rows: number, columns: number): { matrix: Tensor; values: Tensor } {
  const count = Math.min(rows, columns);
  const [left] = qr(normal(0, 1, [rows, count], randomKey(1)));
  const [right] = qr(normal(0, 1, [columns, count], randomKey(2)));
  const values = arange(0, count, 1, "float32").mul(Math.log(0.7)).exp();
  return { matrix: left.mul(values).matmul(right.transpose()), values };
}

describe("the largest singular values and their vectors", () => {
  test.each([
    ["of a small matrix", 40, 70],
    ["of a tall one", 70, 40],
    ["of a large one, by iteration", 300, 420],
    ["of a large tall one", 420, 300],
  ])("%s", (_, rows, columns) => {
    scope(() => {
      const { matrix, values } = decaying(rows, columns);
      const part = principalPart(matrix, 6, randomKey(3));
      expect(part.left.shape).toEqual([rows, 6]);
      expect(part.right.shape).toEqual([columns, 6]);
      // from squares: half the digits of float32 for the smallest that are wanted
      expect(relativeDifference(part.values, values.narrow(0, 0, 6))).toBeLessThanOrEqual(1e-5);
      const product = part.left.mul(part.values).matmul(part.right.transpose());
      const rest = matrix.sub(product).norm().item();
      const wanted = values.narrow(0, 6, Math.min(rows, columns)).norm().item();
      expect(Math.abs(rest - wanted) / wanted).toBeLessThanOrEqual(1e-4);
    });
  });
});

const shape = { rank: 3, scale: 2, dropout: 0, start: "pissa" };
const placement = { ...shape, targets: ["all-linear", "embed_tokens"], blockCount: -1 };

describe.each(["lora", "dora"])("%s", (kind) => {
  test("begins at the base, whose weights stay as they are", async () => {
    const model = await tinyLlama();
    const weights = bitsOf([...model.parameters().values()]);
    const before = scope(() => model.forward(someIds()).toFloat32());
    attachAdapter(model, kind, placement, 1);
    const after = scope(() => model.forward(someIds()).toFloat32());
    // s·(A·B − A·B) is zero to the rounding of its products
    const gap = Math.max(...after.map((value, at) => Math.abs(value - (before[at] ?? 0))));
    expect(gap / Math.max(...before.map(Math.abs))).toBeLessThanOrEqual(1e-5);
    const frozen = [...model.slots()].filter(({ trainable }) => !trainable);
    expect(bitsOf(frozen.map((slot) => slot.get())).toSorted()).toEqual(weights.toSorted());
    dispose(model);
  });

  test("is written as an adapter of twice the rank, which anyone loads onto the base", async () => {
    const live = liveTensors();
    const [model, plain, again] = [await tinyLlama(), await tinyLlama(), await tinyLlama()];
    const attached = attachAdapter(model, kind, placement, 1);
    carry(model, () => {
      for (const [at, slot] of model.trainableSlots().entries())
        slot.set(slot.get().add(normal(0, 0.1, slot.get().shape, randomKey(20 + at))));
      evaluate([...model.tensors()]);
    });
    await saveAdapter(folder, model, attached, shape, { base: "org/base", template: "auto" });
    const config = JSON.parse(readFileSync(path.join(folder, "adapter_config.json"), "utf8"));
    expect(config).toMatchObject({ start: "pissa", lora_parameters: { rank: 6, scale: 2 } });
    await loadAdapter(folder, plain);
    const logits = scope(() => model.forward(someIds()).toFloat32());
    const others = (): Float32Array => scope(() => plain.forward(someIds()).toFloat32());
    const gapTo = (values: Float32Array): number =>
      Math.max(...values.map((value, at) => Math.abs(value - (logits[at] ?? 0))));
    // the same sums
    expect(gapTo(others())).toBeLessThanOrEqual(1e-5);
    scope(() => fuseAdapters(plain));
    // of fused weights in another order
    expect(gapTo(others())).toBeLessThanOrEqual(1e-4);
    // to go on training: the same parameters, whatever the decomposition gives the next time
    attachAdapter(again, kind, { ...placement, start: "pissa" }, 7);
    await loadAdapterWeights(folder, again);
    const trained = (one: typeof model): string[] =>
      bitsOf(one.trainableSlots().map((slot) => slot.get()));
    expect(trained(again)).toEqual(trained(model));
    expect(scope(() => bitsOf(again.forward(someIds())))).toEqual(
      scope(() => bitsOf(model.forward(someIds()))),
    );
    dispose([model, plain, again]);
    expect(liveTensors()).toBe(live);
  });
});

test("a rank above the number of singular vectors is refused", async () => {
  const model = await tinyLlama();
  const error = refusal(
    () => attachAdapter(model, "lora", { ...placement, rank: 17 }, 1),
    ConfigError,
  );
  expect(error).toMatchObject({ code: "FT-ADAPTER-007", exitCode: 3 });
  expect(error.message).toContain("rank 17");
  dispose(model);
});
