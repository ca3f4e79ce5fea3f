// Whether a run fits, and which changes are named where it does not. The estimate is a fake of plain arithmetic.
import { describe, expect, test } from "vitest";
import { type RunConfig, RunConfigSchema } from "../../../src/app/config/schema.ts";
import { chooseBatch } from "../../../src/app/train/choose-batch.ts";
import { memoryNotices, planMemory, requireMemory } from "../../../src/app/train/memory-plan.ts";
import { ModelError } from "../../../src/core/errors.ts";
import type { MemoryEstimate } from "../../../src/train/memory-estimate.ts";

const limits = { blockCount: 8, longestRow: 1024 };

/** 100 for the program, 10 a row and block, a tenth of that where blocks are computed again; by the length of rows. */
function needs({ optimization, lora, data }: RunConfig): number {
  const blocks = lora.num_layers === -1 ? 8 : lora.num_layers;
  const kept = optimization.gradient_checkpointing ? 0.1 : 1;
  const length = Math.min(data.max_length, 1024) / 1024;
  return 100 + 10 * optimization.batch_size * blocks * kept * length;
}

const estimateOf = (config: RunConfig): MemoryEstimate => {
  const totalBytes = needs(config);
  const terms = [{ name: "all", bytes: totalBytes, formula: "" }];
  return { totalBytes, peakBytes: totalBytes - 100, cacheBytes: 0, terms };
};

const estimate = async (config: RunConfig): Promise<MemoryEstimate> => estimateOf(config);

const configOf = (optimization: Record<string, unknown> = {}): RunConfig =>
  RunConfigSchema.parse({ optimization: { batch_size: 4, ...optimization } });

const planOf = async (available: number, config = configOf()) =>
  await planMemory(config, estimateOf(config), { estimate, limits }, available);

test("windows of packed rows may be taken apart", async () => {
  const packed = RunConfigSchema.parse({
    optimization: { batch_size: 4 },
    data: { packing: true },
  });
  const halfApart = async (config: RunConfig): Promise<MemoryEstimate> => {
    const whole = estimateOf(config);
    return config.data.packing ? whole : { ...whole, totalBytes: whole.totalBytes / 2 };
  };
  const parts = { estimate: halfApart, limits };
  const { changes } = await planMemory(packed, estimateOf(packed), parts, 250);
  expect(changes).toContainEqual({ change: "--no-packing", peakBytes: 320, residentBytes: 210 });
});

test("settings that would be refused are no change to offer: an adapter that is gone on from has its layers", async () => {
  const wholeModel = async (config: RunConfig): Promise<MemoryEstimate> => {
    if (config.lora.num_layers !== -1) throw new ModelError("FT-ADAPTER-003", { message: "no" });
    return estimateOf(config);
  };
  const config = configOf();
  const parts = { estimate: wholeModel, limits };
  const { changes } = await planMemory(config, estimateOf(config), parts, 200);
  const named = changes.map(({ change }) => change);
  expect(named).toContain("--max-length 256");
  expect(named.filter((change) => change.includes("--num-layers"))).toEqual([]);
});

describe("a run of 420", () => {
  test("fits into 420, and is told what would need less", async () => {
    const plan = await planOf(420);
    expect(plan).toMatchObject({ fits: true, residentBytes: 420, peakBytes: 320 });
    expect(plan.changes.map(({ change }) => change)).toEqual([
      "--gradient-checkpointing",
      "--batch-size 2 --gradient-accumulation-steps 2",
      "--num-layers 4",
      "--max-length 512",
      "--num-layers 4 --max-length 512",
    ]);
    expect(() => requireMemory(plan)).not.toThrow();
    expect(memoryNotices(plan)).toEqual([]);
  });

  test("does not fit into 200: each change alone, in its mildest form that is enough", async () => {
    const { fits, changes } = await planOf(200);
    expect(fits).toBe(false);
    expect(changes.map(({ change, residentBytes }) => [change, residentBytes])).toEqual([
      ["--gradient-checkpointing", 132],
      ["--batch-size 1 --gradient-accumulation-steps 4", 180],
      ["--num-layers 2", 180],
      ["--max-length 256", 180],
      ["--num-layers 4 --max-length 512", 180],
    ]);
  });

  test("fits into 104 only with several changes at once", async () => {
    const { changes } = await planOf(104);
    const both = "--gradient-checkpointing --batch-size 1 --gradient-accumulation-steps 4";
    expect(changes.map(({ change }) => change)).toEqual([
      `${both} --num-layers 4`,
      `${both} --max-length 512`,
      `${both} --num-layers 4 --max-length 512`,
    ]);
    expect(changes.every(({ residentBytes }) => residentBytes <= 104)).toBe(true);
  });

  test("changes that leave what is learned as it is come before those that do not", async () => {
    const both = "--gradient-checkpointing --batch-size 1 --gradient-accumulation-steps 4";
    const { changes } = await planOf(115);
    expect(changes.map(({ change }) => change).slice(0, 3)).toEqual([
      both,
      "--max-length 32",
      "--num-layers 4 --max-length 64",
    ]);
  });

  test("is refused with exit 5, the two cheapest changes and the memory of each", async () => {
    const plan = await planOf(200);
    expect(() => requireMemory(plan)).toThrow(
      expect.objectContaining({
        code: "FT-TRAIN-005",
        exitCode: 5,
        message: expect.stringMatching(/need 420 B of memory, and 200 B are free/),
        problems: [
          "with --gradient-checkpointing: 132 B",
          "with --batch-size 1 --gradient-accumulation-steps 4: 180 B",
        ],
        hint: "--gradient-checkpointing; --force tries it as it is",
      }),
    );
    expect(memoryNotices(plan)).toEqual([
      expect.stringMatching(/need 420 B of memory, and 200 B are free; less: --gradient-check/),
    ]);
  });

  test("where nothing is enough, no change is named", async () => {
    const plan = await planOf(50);
    expect(plan.changes).toEqual([]);
    expect(() => requireMemory(plan)).toThrow(/420 B of memory, and 50 B are free$/);
  });
});

test("a smaller batch keeps the rows of a step, or a few more", async () => {
  const plan = await planOf(300, configOf({ batch_size: 6, gradient_accumulation_steps: 1 }));
  const halved = plan.changes.map(({ change }) => change);
  expect(halved).toContain("--batch-size 1 --gradient-accumulation-steps 6");
});

test.each([
  [10_000, 100, 32],
  [10_000, 20, 16],
  // 80 % of 600 are 480: four rows need 420.
  [600, 100, 4],
  [50, 100, 1],
])("of %i free, with %i rows: a batch of %i", async (available, rows, size) => {
  const asked = configOf({ auto_batch_size: true });
  const { config, notice } = await chooseBatch(asked, rows, estimate, available);
  expect(config.optimization).toMatchObject({ batch_size: size, auto_batch_size: false });
  expect(notice).toMatch(new RegExp(`^batch size ${size}, chosen by the estimate: .* of .* free`));
});
