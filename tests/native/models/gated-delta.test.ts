// The gated delta rule in chunks is the rule token by token: what is read, the state, every gradient, texts that are packed.
// Whole layers are compared with transformers' in tests/parity/models; how fast it is, dev/bench/delta.ts measures.
import { describe, expect, test } from "vitest";
import { deltaByToken, deltaInChunks, type DeltaInputs } from "../../../src/models/kit/index.ts";
import { unitLowerInverse } from "../../../src/models/kit/triangular.ts";
import {
  arange,
  int32,
  normal,
  ones,
  randomKey,
  rmsNorm,
  scope,
  splitKey,
  type Tensor,
  tril,
  valueAndGrad,
  where,
} from "../../../src/mx/index.ts";
import { relativeDifference } from "../../parity/models/fixtures.ts";

const [batch, heads, keySize, valueSize] = [2, 3, 6, 10];

/** The same sums in another order, over as many tokens as a chunk has. */
const tolerance = 1e-5;

interface Case {
  length: number;
  /** Added to all keys, so that they are alike and the corrections of one another large. */
  alike?: number;
  /** Factor on the logarithms of what stays. */
  fading?: number;
  /** Where texts begin. */
  bounds?: number[];
}

function inputsOf({ length, alike = 0, fading = 0.2, bounds }: Case): DeltaInputs {
  const keys = splitKey(randomKey(length), 5);
  const draw = (at: number, ...rest: number[]): Tensor =>
    normal(0, 1, [batch, heads, length, ...rest], keys[at] as Tensor);
  const unit = (x: Tensor): Tensor => rmsNorm(x, ones([keySize]).mul(keySize ** -0.5), 1e-6);
  const follows = Array.from({ length: batch * length }, (_, at) =>
    bounds?.includes(at % length) === true ? 0 : 1,
  );
  return {
    queries: unit(draw(0, keySize)).mul(keySize ** -0.5),
    keys: unit(draw(1, keySize).add(alike)),
    values: draw(2, valueSize),
    decay: draw(3).abs().mul(-fading),
    strength: draw(4).sigmoid(),
    ...(bounds && { follows: int32(follows, [batch, 1, length]).astype("bool") }),
  };
}

const names = ["queries", "keys", "values", "decay", "strength"] as const;

/** What is read, the state, and the gradients of all inputs and of the state before. */
function everythingOf(rule: typeof deltaByToken, inputs: DeltaInputs, before: Tensor): Tensor[] {
  const factors = normal(0, 1, inputs.values.shape, randomKey(8));
  const found = valueAndGrad(
    (values) => {
      const given = Object.fromEntries(names.map((name, at) => [name, values[at]]));
      const { read, state } = rule({ ...inputs, ...given }, values.at(-1));
      const sum = read.mul(factors).sum().add(state.square().sum());
      return [sum, read, state];
    },
    [...names.map((name) => inputs[name]), before],
  );
  return [...found.values.slice(1), ...found.gradients];
}

const cases: Case[] = [
  { length: 1 },
  { length: 5 },
  { length: 64 },
  { length: 150 },
  { length: 150, alike: 8 },
  { length: 130, fading: 40 },
  { length: 200, bounds: [0, 1, 33, 63, 64, 130, 199] },
  { length: 200, bounds: [64, 128], fading: 40 },
];

describe.each(cases)("%o", (one) => {
  test("chunks give what single tokens give, and the same gradients", () => {
    scope(() => {
      const inputs = inputsOf(one);
      const before = normal(0, 1, [batch, heads, keySize, valueSize], randomKey(9));
      const wanted = everythingOf(deltaByToken, inputs, before);
      const found = everythingOf(deltaInChunks, inputs, before);
      expect(found.length).toBe(8);
      for (const [at, tensor] of found.entries())
        expect(relativeDifference(tensor, wanted[at] as Tensor), `${at}`).toBeLessThan(tolerance);
    });
  });
});

test("a text that begins within a row reads what it would read alone", () => {
  scope(() => {
    const inputs = inputsOf({ length: 150, bounds: [70] });
    const packed = deltaInChunks(inputs);
    const own = (x: Tensor): Tensor => x.narrow(2, 70, 150);
    const { follows: _, ...rest } = inputs;
    const alone = deltaInChunks(
      Object.fromEntries(names.map((name) => [name, own(rest[name])])) as unknown as DeltaInputs,
    );
    expect(relativeDifference(own(packed.read), alone.read)).toBeLessThan(tolerance);
    expect(relativeDifference(packed.state, alone.state)).toBeLessThan(tolerance);
  });
});

describe("the inverse of a triangular matrix", () => {
  test.each([1, 2, 16, 32, 64])("times the matrix is one: %i rows", (size) => {
    scope(() => {
      const lower = tril(normal(0, 0.3, [2, 3, size, size], randomKey(1)), -1);
      const one = arange(0, size).expandDims(1).equal(arange(0, size).expandDims(0));
      const identity = one.astype("float32").broadcastTo(2, 3, size, size);
      const product = unitLowerInverse(lower).matmul(lower.add(identity));
      expect(relativeDifference(product, identity)).toBeLessThan(1e-4);
    });
  });

  test("where powers of the matrix would be 10¹⁸, it is exact: all ones below give −1 beside the diagonal", () => {
    scope(() => {
      const found = unitLowerInverse(tril(ones([64, 64]), -1));
      const [rows, columns] = [arange(0, 64).expandDims(1), arange(0, 64).expandDims(0)];
      const isOne = rows.equal(columns).astype("float32");
      const wanted = where(rows.equal(columns.add(1)), ones([64, 64]).neg(), isOne);
      expect(relativeDifference(found, wanted)).toBe(0);
    });
  });
});
