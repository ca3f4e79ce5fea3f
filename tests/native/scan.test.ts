// The kernel of the selective scan: what it refuses or leaves to others, inputs as they may lie, texts beside a broken one.
// Its values and gradients beside the recurrence token by token are models/recurrences.test.ts's.
import { expect, test } from "vitest";
import type { ArrayFunction, Dtype, Handle } from "../../src/mx/binding.ts";
import { errorOf, first, floats, integers, mx, normal, numbers, scopedTests } from "./addon.ts";

scopedTests();

const [batch, length, channels, states] = [2, 70, 35, 3];
type Inputs = [Handle, Handle, Handle, Handle, Handle, Handle];

/** x, steps, rates, writes, reads, state. */
function drawn(): Inputs {
  const lower = (handle: Handle): Handle => mx.subtract(mx.full([1], 0, "float32"), handle);
  return [
    normal([batch, length, channels], 1),
    mx.abs(normal([batch, length, channels], 2)),
    lower(mx.abs(normal([channels, states], 3))),
    normal([batch, length, states], 4),
    normal([batch, length, states], 5),
    normal([batch, channels, states], 6),
  ];
}

const replaced = (inputs: Inputs, at: number, handle: Handle): Inputs =>
  inputs.with(at, handle) as Inputs;

/** The kernel is there for the CPU. */
const hasKernel = mx.deviceInfo().device === "cpu";

test.each([0, 1, 2, 3, 4, 5])("input %i of another size is refused", (at) => {
  const inputs = drawn();
  const shape = mx.shape(inputs[at] as Handle);
  for (const wrong of [shape.with(-1, 4), shape.with(0, 5), shape.slice(1)]) {
    const error = errorOf(() => mx.selectiveScan(...replaced(inputs, at, normal(wrong, 1)), null));
    expect(error.code).toBe("FT-NATIVE-ARGUMENT");
  }
});

test.each<[string, () => Handle]>([
  ["of other tokens", () => integers(Array.from({ length: 2 * length }, () => 0).slice(2))],
  ["that are no integers", () => mx.full([batch, length], 1, "float32")],
])("runs %s are refused", (_what, runs) => {
  expect(errorOf(() => mx.selectiveScan(...drawn(), runs())).code).toBe("FT-NATIVE-ARGUMENT");
});

test.each<Dtype>(["float16", "bfloat16"])("%s is left to others", (dtype) => {
  expect(mx.selectiveScan(...replaced(drawn(), 3, mx.astype(drawn()[3], dtype)), null)).toEqual([]);
});

test("so are more states than fit, and no tokens", () => {
  const ones = (shape: number[]): Handle => mx.full(shape, 1, "float32");
  const scan = (tokens: number, size: number): Handle[] => {
    const [seen, told] = [ones([1, tokens, 2]), ones([1, tokens, size])];
    return mx.selectiveScan(seen, seen, ones([2, size]), told, told, ones([1, 2, size]), null);
  };
  expect(scan(3, 257)).toEqual([]);
  expect(scan(0, 4)).toEqual([]);
  expect(scan(3, 256)).toHaveLength(hasKernel ? 2 : 0);
});

test.runIf(hasKernel)("inputs may lie as they like", () => {
  const inputs = drawn();
  const turned = inputs.map((input) => {
    const axes = mx.shape(input).map((_, at, all) => all.length - 1 - at);
    return mx.transpose(mx.contiguous(mx.transpose(input, axes)), axes);
  }) as Inputs;
  const loss: ArrayFunction = (given) => {
    const [y = 0, last = 0] = mx.selectiveScan(...(given as Inputs), null);
    return [mx.add(mx.sum(mx.sin(y), null, false), mx.sum(mx.cos(last), null, false))];
  };
  const [own, wanted] = [turned, inputs].map((given) =>
    mx.valueAndGrad(loss, given, [0, 1, 2, 3, 4, 5]).map((found) => numbers(found)),
  );
  expect(own).toEqual(wanted);
});

test.runIf(hasKernel)("a text that holds no numbers leaves those beside it alone", () => {
  const inputs = drawn();
  const starts = [0, 20, 30];
  const row = Array.from(
    { length },
    (_, at) => starts.filter((start) => start <= at % length).length,
  );
  const runs = integers([...row, ...row], [batch, length]);
  const isBroken = mx.reshape(mx.equal(runs, integers([2])), [batch, length, 1]);
  const broken = mx.where(isBroken, floats([Number.NaN]), inputs[0]);
  const scanned = (x: Handle): number[][] => {
    const loss: ArrayFunction = ([x = 0, steps = 0]) => {
      const [y = 0] = mx.selectiveScan(x, steps, inputs[2], inputs[3], inputs[4], inputs[5], runs);
      return [mx.sum(mx.sin(y), null, false), y];
    };
    const [, y = 0, ...gradients] = mx.valueAndGrad(loss, [x, inputs[1]], [0, 1]);
    return [y, ...gradients].map((found) => numbers(mx.where(isBroken, floats([0]), found)));
  };
  expect(scanned(broken)).toEqual(scanned(inputs[0]));
  const all = numbers(first(mx.selectiveScan(...replaced(inputs, 0, broken), runs)));
  expect(all.some(Number.isNaN)).toBe(true);
});
