// The configurations in configs/examples are right as they stand, and each trains, with a toy model and a dozen steps in
// the place of its own.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { readConfigFile } from "../../../src/app/config/files.ts";
import { layer } from "../../../src/app/config/layers.ts";
import { resolveConfig } from "../../../src/app/config/resolve.ts";
import { warningsFor } from "../../../src/app/config/warnings.ts";
import { trainRun } from "../../../src/app/train/train-run.ts";
import { packageRoot } from "../../../src/core/paths.ts";
import { makeToyModel } from "../../support/toy-model.ts";

const examples = join(packageRoot(), "configs/examples");
const files = readdirSync(examples).filter((file) => file.endsWith(".yaml"));

let folder: string;
let model: string;
beforeAll(async () => {
  folder = join(inject("runFolder"), "examples");
  model = await makeToyModel(join(folder, "model"), {
    // wide enough for packed weights
    config: { max_position_embeddings: 512, hidden_size: 64, intermediate_size: 128 },
  });
});

test("there is one for each of the usual methods", () => {
  const usual = ["full", "instruction", "lora", "qlora"];
  expect(files).toEqual(usual.map((method) => `${method}.yaml`));
});

test.each(files)("%s is right, and nothing in it is warned of", (file) => {
  const { config } = resolveConfig([readConfigFile("config", join(examples, file))]);
  expect(warningsFor(config)).toEqual([]);
  expect(readFileSync(join(examples, file), "utf8")).toContain(`configs/examples/${file}`);
  expect(existsSync(join(packageRoot(), config.data.train_file))).toBe(true);
});

test.each(files)("%s trains", async (file) => {
  const output_dir = join(folder, file);
  const { config } = resolveConfig([
    readConfigFile("config", join(examples, file)),
    layer("argument", "", {
      ...{ model: { name: model }, data: { template: "chatml" }, output_dir },
      optimization: { iters: 3, batch_size: 2, eval_batches: 2 },
    }),
  ]);
  const last = await trainRun(config, { isolate: false });
  expect(last).toMatchObject({ type: "run-completed", totalSteps: 3 });
  const result = config.method === "full" ? "model.safetensors" : "adapters.safetensors";
  expect(existsSync(join(output_dir, "final_model", result))).toBe(true);
});
