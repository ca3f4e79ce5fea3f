// A compiled step against the same step as it is built each time, in a process where compilation is on.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { benchTraining } from "../../../src/app/bench/train-bench.ts";

interface Learned {
  losses: number[];
  sizes: number[];
  traces: number;
  /** Milliseconds, of the fastest step. */
  building: number;
}

let found: Record<string, { plain: Learned; compiled: Learned }> = {};

beforeAll(() => {
  const { MLX_DISABLE_COMPILE: _, ...env } = process.env;
  const program = join(import.meta.dirname, "../../support/compiled-steps.ts");
  const stdout = execFileSync(process.execPath, ["--import", "tsx", program], {
    env: { ...env, NODE_OPTIONS: "" },
    encoding: "utf8",
  });
  found = JSON.parse(stdout) as typeof found;
}, 300_000);

test("losses and what was trained are the same", () => {
  expect(Object.keys(found)).toHaveLength(3);
  for (const { plain, compiled } of Object.values(found)) {
    // Joined operations may round once where single ones round twice; eight steps of Adam carry that on.
    for (const what of ["losses", "sizes"] as const) {
      expect(compiled[what]).toHaveLength(plain[what].length);
      compiled[what].forEach((value, at) =>
        expect(Math.abs(value / (plain[what][at] ?? 0) - 1)).toBeLessThan(1e-5),
      );
    }
  }
});

test("the loss is traced once for each shape, however often it comes", () => {
  for (const { plain, compiled } of Object.values(found)) {
    expect(plain.traces).toBe(0);
    // four batches, two of each length; the numbers of learned tokens, rounded up, differ as well
    expect(compiled.traces).toBeLessThanOrEqual(4);
    expect(compiled.losses).toHaveLength(8);
  }
});

test("a step's graph is built sooner", () => {
  for (const { plain, compiled } of Object.values(found))
    expect(compiled.building).toBeLessThan(plain.building);
});

const options = {
  ...{ shape: "tiny", batch: 2, length: 32, steps: 2, warmup: 1 },
  ...{ learned: 1, layers: -1, rank: 4, compile: true },
};

test("where MLX compiles nothing, as in this process, it is refused", async () => {
  await expect(benchTraining({ ...options, methods: ["lora"] })).rejects.toMatchObject({
    code: "FT-TRAIN-012",
    exitCode: 3,
  });
});

test("an objective that compares answers is refused", async () => {
  await expect(benchTraining({ ...options, methods: ["dpo"] })).rejects.toMatchObject({
    code: "FT-CONFIG-079",
  });
});
