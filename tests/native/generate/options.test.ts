// Options of `generateText` from a program, not from the command line: each wrong one is named.
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateText } from "../../../src/app/generate/generate-text.ts";
import { GenerateOptions, samplingFrom, unusedSampling } from "../../../src/generate/options.ts";
import { makeFolder } from "../../support/folders.ts";
import { makeToyModel } from "../../support/toy-model.ts";

test("every option that is out of range is told at once", async () => {
  const model = await makeToyModel(join(makeFolder(), "model"));
  await expect(
    generateText({ model, prompt: "one", maxTokens: 0, temperature: -1 }),
  ).rejects.toMatchObject({
    code: "FT-GENERATE-003",
    exitCode: 3,
    problems: ["maxTokens: must be positive", "temperature: must not be negative"],
  });
});

const options = (given: Partial<GenerateOptions>): GenerateOptions => GenerateOptions.parse(given);

test.each([
  [{}, 0],
  [{ topP: 0.9 }, 1],
  [{ topK: 5 }, 1],
  [{ topP: 0.9, temperature: 0 }, 0],
  [{ temperature: 0.3 }, 0.3],
  [{ seed: 7 }, 0],
])("%j samples at temperature %d", (given, temperature) => {
  expect(samplingFrom(options(given)).temperature).toBe(temperature);
});

test("what changes nothing is told", async () => {
  expect(unusedSampling(options({ topP: 0.9, temperature: 0 }))).toEqual([
    "top-p is not used: at temperature 0 the likeliest token is taken",
  ]);
  expect(unusedSampling(options({ seed: 7 }))).toEqual([
    "the seed is not used: at temperature 0 the likeliest token is taken",
  ]);
  expect(unusedSampling(options({ seed: 7, topK: 3 }))).toEqual([]);
  const model = await makeToyModel(join(makeFolder(), "model"));
  const answer = await generateText({ model, prompt: "one", maxTokens: 3, seed: 7 });
  expect(answer.warnings).toHaveLength(1);
});

test("--top-p alone samples: seeds give different answers", async () => {
  const model = await makeToyModel(join(makeFolder(), "model"));
  const answers = new Set<string>();
  for (const seed of [1, 2, 3]) {
    const { tokenIds } = await generateText({
      model,
      prompt: "one",
      maxTokens: 8,
      topP: 0.95,
      seed,
    });
    answers.add(tokenIds.join(","));
  }
  expect(answers.size).toBeGreaterThan(1);
});
