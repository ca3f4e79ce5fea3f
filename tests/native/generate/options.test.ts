// Options of `generateText` from a program, not from the command line: each wrong one is named.
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateText } from "../../../src/app/generate/generate-text.ts";
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
