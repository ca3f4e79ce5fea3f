// ft bench train: how fast training is on this machine, per method, and what it takes.
import { z } from "zod";
import { type BaselineResult, baselineOf, readBaseline } from "../../app/bench/baseline.ts";
import type { TrainBench, TrainBenchResult } from "../../app/bench/train-bench.ts";
import { flags } from "../../core/flags.ts";
import { formatBytes, formatCount } from "../../core/units.ts";
import { defineCommand } from "../define-command.ts";
import { table } from "../render/table.ts";

const positive = (about: string, usual: number) =>
  z.int().positive().default(usual).describe(about).register(flags, { value: "N" });

function ratio(now: number, before: number | undefined): string {
  return before === undefined ? "" : ` (${(now / before).toFixed(2)} ×)`;
}

const milliseconds = (seconds: number): string => `${(seconds * 1000).toFixed(1)} ms`;

function benchText({ results }: TrainBench, baseline: readonly BaselineResult[]): string {
  const before = (result: TrainBenchResult): BaselineResult | undefined =>
    baselineOf(result, baseline);
  return table(results, [
    { title: "Method", value: ({ method }) => method },
    { title: "Compiled", value: ({ compile }) => compile },
    { title: "Step, median", value: ({ stepSeconds }) => milliseconds(stepSeconds.p50) },
    { title: "90 %", value: ({ stepSeconds }) => milliseconds(stepSeconds.p90) },
    {
      title: "Tokens/s",
      value: (result) =>
        formatCount(Math.round(result.tokensPerSecond)) +
        ratio(result.tokensPerSecond, before(result)?.tokensPerSecond),
    },
    {
      title: "Learned tokens/s",
      value: ({ supervisedTokensPerSecond: speed }) => formatCount(Math.round(speed)),
    },
    {
      title: "Peak memory",
      value: (result) =>
        formatBytes(result.peakMemoryBytes) +
        ratio(result.peakMemoryBytes, before(result)?.peakMemoryBytes),
    },
  ]);
}

export const benchTrain = defineCommand({
  name: "bench train",
  summary: "Measure training steps on this machine",
  isDefault: true,
  arguments: {
    shape: {
      about: "Shape by name (tiny, small, smollm-135m, llama-1b), or a folder with a config.json",
      optional: true,
    },
  },
  options: z.strictObject({
    method: z
      .array(z.string().min(1))
      .min(1)
      .default(["lora"])
      .describe("Methods, measured in turn")
      .register(flags, { value: "NAMES" }),
    batch: positive("Rows in a step", 4),
    length: positive("Tokens of a row", 256),
    steps: positive("Measured steps", 10),
    warmup: positive("Warm-up steps before the measured ones", 2),
    learned: z
      .number()
      .gt(0)
      .max(1)
      .default(1)
      .describe("Share of the tokens that are trained on")
      .register(flags, { value: "SHARE" }),
    layers: z
      .int()
      .refine((layers) => layers === -1 || layers > 0, { error: "must be positive, or -1 for all" })
      .default(-1)
      .describe("Trained blocks, counted from the last; -1 is all")
      .register(flags, { value: "N" }),
    rank: positive("Rank of adapters", 8),
    compile: z
      .enum(["on", "off"])
      .default("off")
      .describe("Whether MLX compiles the step: its graph is built once for each shape")
      .register(flags, { value: "on|off" }),
    baseline: z
      .string()
      .optional()
      .describe("An earlier result with --json, to show ratios to")
      .register(flags, { value: "FILE" }),
  }),
  examples: [
    "ft bench train smollm-135m --method lora,full",
    "ft bench --method lora,dora,qlora --length 512 --json",
    "ft bench train tiny --compile on --baseline before.json",
  ],
  run: async ({ arguments: { shape = "small" }, options }, io) => {
    const { method: methods, baseline: file, compile, ...rest } = options;
    const baseline = file === undefined ? [] : readBaseline(file);
    const { benchTraining } = await import("../../app/bench/train-bench.ts");
    const found = await benchTraining(
      { shape, methods, ...rest, compile: compile === "on" },
      (method) => io.note(`measuring ${method}: ${rest.warmup} + ${rest.steps} steps`),
    );
    if (file !== undefined && !found.results.some((one) => baselineOf(one, baseline)))
      io.note(`${file} holds no measurement of this shape, method, batch and length`);
    io.show(found, () => benchText(found, baseline));
  },
});
