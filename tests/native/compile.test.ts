// Compiled functions, in child processes: compilation must be on there, and the compiler's cache is the test's own.
// On the CPU this writes C++ and runs the system's compiler; without one MLX runs the function uncompiled.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addonPath, errorOf, first, floats, mx, numbers } from "./addon.ts";

let cache = "";
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), "ft-compile-"));
});
afterAll(() => rmSync(cache, { recursive: true }));

/** Runs `body` with the addon as `mx`; returns the JSON it prints. */
function run(body: string, settings: Record<string, string> = {}): unknown {
  const { MLX_DISABLE_COMPILE: _, ...env } = process.env;
  const script = `
    const mx = require(${JSON.stringify(addonPath)});
    const f = (values, shape = [values.length]) => mx.fromMemory(Float32Array.from(values), shape, "float32");
    const out = (handles) => handles.map((h) => Array.from(mx.toMemory(h)));
    let traces = 0;
    const fn = ([x, y]) => { traces++; return [mx.exp(mx.negative(mx.square(mx.add(x, y)))), mx.sum(x, null, false)]; };
    const same = (a, b) => Math.abs(a - b) <= 1e-6;
    console.log(JSON.stringify((() => { ${body} })()));
  `;
  const options = {
    env: { ...env, TMPDIR: cache, NODE_OPTIONS: "", ...settings },
    encoding: "utf8",
  } as const;
  return JSON.parse(execFileSync(process.execPath, ["-e", script], options));
}

describe("compiled functions", () => {
  test("give the plain function's values and are traced once for each shape", () => {
    const result = run(`
      const id = mx.compile(fn, false);
      const inputs = [f([0.5, 1, -2]), f([1, 2, 3])];
      const plain = out(fn(inputs)).flat();
      traces = 0;
      const calls = [1, 2, 3].map(() => out(mx.compiledCall(id, inputs)).flat());
      const once = traces;
      mx.compiledCall(id, [f([1, 2]), f([1, 2])]);
      return [calls.every((c) => c.every((v, i) => same(v, plain[i]))), once, traces];
    `);
    expect(result).toEqual([true, 1, 2]);
  });

  test("are traced once for all shapes when shapeless", () => {
    const result = run(`
      const id = mx.compile(([x]) => { traces++; return [mx.exp(x)]; }, true);
      for (const n of [1, 2, 3]) mx.eval(mx.compiledCall(id, [mx.full([n], 1, "float32")]));
      return traces;
    `);
    expect(result).toBe(1);
  });

  test("may hold gradients and checkpoints", () => {
    const result = run(`
      const block = ([x, w]) => [mx.tanh(mx.matmul(x, w))];
      const loss = (i) => [mx.sum(mx.square(mx.checkpoint(block, i)[0]), null, false)];
      const step = (i) => mx.valueAndGrad(loss, i, [0, 1]);
      const key = mx.randomKey(1);
      const inputs = [mx.randomNormal([3, 4], "float32", 0, 1, key), mx.randomNormal([4, 2], "float32", 0, 1, key)];
      const id = mx.compile(step, false);
      const plain = out(step(inputs)).flat();
      const calls = [1, 2].map(() => out(mx.compiledCall(id, inputs)).flat());
      return calls.every((c) => c.every((v, i) => Math.abs(v - plain[i]) < 1e-5));
    `);
    expect(result).toBe(true);
  });

  test("may be differentiated", () => {
    const result = run(`
      const id = mx.compile(([x]) => [mx.multiply(x, mx.square(x))], false);
      const loss = (i) => [mx.sum(mx.compiledCall(id, i)[0], null, false)];
      return [1, 2].map(() => out(mx.valueAndGrad(loss, [f([1, 2])], [0]))[1]);
    `);
    expect(result).toEqual([
      [3, 12],
      [3, 12],
    ]);
  });

  test("that threw while traced are traced anew, and nothing leaks", () => {
    const result = run(`
      let fail = true;
      const id = mx.compile(([x]) => { if (fail) throw new RangeError("not yet"); return [mx.exp(x)]; }, false);
      const x = f([0]);
      const live = mx.liveHandles();
      let message = "";
      try { mx.compiledCall(id, [x]); } catch (error) { message = error.name + error.message; }
      fail = false;
      const after = mx.liveHandles() - live;
      return [message, after, out(mx.compiledCall(id, [x]))];
    `);
    expect(result).toEqual(["RangeErrornot yet", 0, [[1]]]);
  });

  test("are not compiled, but work, under MLX_DISABLE_COMPILE", () => {
    const result = run(
      `const id = mx.compile(fn, false);
       for (let i = 0; i < 3; i++) mx.compiledCall(id, [f([1]), f([2])]);
       return traces;`,
      { MLX_DISABLE_COMPILE: "1" },
    );
    expect(result).toBe(3);
  });

  test("may free themselves while they run", () => {
    const result = run(`
      const id = mx.compile(([x]) => { mx.compileFree(id); return [mx.exp(x)]; }, false);
      return out(mx.compiledCall(id, [f([0])]));
    `);
    expect(result).toEqual([[1]]);
  });
});

test("an id can be called until it is freed, and freed once", () => {
  const id = mx.compile(([x]) => [mx.exp(x as number)], false);
  const x = floats([0]);
  const y = mx.compiledCall(id, [x]);
  expect(numbers(first(y))).toEqual([1]);
  mx.compileFree(id);
  expect(errorOf(() => mx.compiledCall(id, [x])).code).toBe("FT-NATIVE-HANDLE");
  expect(errorOf(() => mx.compileFree(id)).code).toBe("FT-NATIVE-HANDLE");
  mx.free([x, ...y]);
});
