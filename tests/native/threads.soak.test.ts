// The pool under many short jobs of unlike sizes, one right after another: a thread that still looks at the last job while
// the next one is opened must take no piece of a mixture of both. That went wrong once in some 100,000 jobs.
import { expect, test } from "vitest";
import { rounds } from "../support/soak.ts";
import { addonPath, runProgram } from "./addon.ts";

/** A product is two pieces, a gate ten. */
const script = (repeats: number): string => `
  const mx = require(${JSON.stringify(addonPath)});
  mx.setThreads(2);
  mx.scopeBegin();
  const draw = (key, shape) => mx.randomNormal(shape, "float32", 0, 1, mx.randomKey(key));
  const [a, b] = [draw(1, [256, 64]), draw(2, [64, 256])];
  const [gate, up] = [draw(3, [300, 1024]), draw(4, [300, 1024])];
  const bytesOf = (handle) => Buffer.from(Buffer.from(mx.toMemory(handle).buffer));
  const jobs = [() => mx.matmul(a, b), () => mx.swiglu(gate, up)];
  const wanted = jobs.map((job) => bytesOf(job()));
  let wrong = 0;
  for (let repeat = 0; repeat < ${repeats}; repeat++) {
    mx.scopeBegin();
    const results = Array.from({ length: 100 }, (_, at) => jobs[at % 2]());
    mx.eval(results);
    for (const at of [98, 99]) wrong += bytesOf(results[at]).equals(wanted[at % 2]) ? 0 : 1;
    mx.scopeEnd([]);
  }
  console.log(wrong);`;

test("jobs of unlike sizes, one after another, keep their own pieces", () => {
  const program = script(rounds({ slice: 50, soak: 10_000 }));
  expect(runProgram(program, 290_000)).toEqual({ status: 0, signal: null, out: "0" });
}, 300_000);
