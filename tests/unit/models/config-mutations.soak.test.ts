// Configurations of every architecture changed at random: each gives a model's plan or is refused, soon, and leaves
// nothing behind. 200,000 of them in `make soak`, a slice in every run; the seed fixes which.
import { expect, test } from "vitest";
import { parsePythonJson } from "../../../src/core/json-text.ts";
import { filesMadeBy } from "../../../src/core/named-files.ts";
import type { Random } from "../../../src/core/random.ts";
import { planModel } from "../../../src/models/index.ts";
import type { StoredModel, StoredTensor } from "../../../src/weights/index.ts";
import { tinyConfigs } from "../../contract/tiny-configs.ts";
import {
  fuzzed,
  LONGEST_MS,
  MOST_GROWTH,
  mutatedBytes,
  mutatedJson,
  outcomeOf,
} from "../../support/mutations.ts";
import { rounds } from "../../support/soak.ts";

const configs = Object.values(tinyConfigs).flat();

function mutatedConfig(random: Random): string {
  const config = configs[random.integer(configs.length)];
  if (random.integer(4) > 0) return JSON.stringify(mutatedJson(config, random));
  return mutatedBytes(Buffer.from(JSON.stringify(config)), random).toString();
}

const tensor: StoredTensor = { file: "x", dtype: "F32", shape: [4, 4], bytes: 64 };

/** Of other tensors: what is asked here is what the configuration alone can do. */
function storedWith(config: unknown): StoredModel {
  const names = Array.from({ length: 40 }, (_, at) => `model.layers.${at}.x.weight`);
  return {
    folder: "mutated",
    config,
    companions: filesMadeBy("mutated", new Map()),
    tensors: new Map(names.map((name) => [name, tensor])),
    files: ["x"],
    fileBytes: new Map([["x", 64]]),
    load: () => {
      throw new Error("nothing may be read");
    },
  };
}

/** As a model folder does: text that is no JSON object never reaches an architecture. */
async function read(text: string): Promise<void> {
  const parsed = parsePythonJson(text);
  const isObject =
    parsed.ok &&
    typeof parsed.value === "object" &&
    parsed.value !== null &&
    !Array.isArray(parsed.value);
  if (isObject) await planModel(storedWith(parsed.value));
}

const count = rounds({ slice: 3000, soak: 200_000 });

test(`${count} configurations: no crash, no hang, no growth`, { timeout: 3_600_000 }, async () => {
  const { outcomes, slowest, growth } = await fuzzed({
    count,
    seed: 7,
    make: mutatedConfig,
    outcome: (text) => outcomeOf(() => read(text)),
  });
  const strange = [...outcomes.keys()].filter((found) => !/^(?:read|FT-MODEL-\d+)$/.test(found));
  expect(strange).toEqual([]);
  expect(outcomes.get("read")).toBeGreaterThan(0);
  expect(outcomes.size).toBeGreaterThan(3);
  expect(slowest).toBeLessThan(LONGEST_MS);
  expect(growth).toBeLessThan(MOST_GROWTH);
});
