// Instruction training: rows of instruction, input and output in Alpaca's wording, of which the answers alone are learned
// or everything. The wording itself is compared with golden files in tests/unit/text/templates.test.ts.
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";
import { finalModel, largestGap, logitsOf, trainToy } from "../../support/toy-training.ts";

let folder: string;
let model: string;
let data: string;
beforeAll(async () => {
  folder = join(inject("runFolder"), "instruction");
  model = await makeToyModel(join(folder, "model"));
  const rows = Array.from({ length: 10 }, (_, at) => ({
    instruction: `Add one to ${at}.`,
    input: at % 2 === 0 ? "" : "in words",
    output: String(at + 1),
  }));
  data = writeRows(join(folder, "rows.jsonl"), rows);
});

const run = (mask: string) =>
  trainToy({
    ...{ model, data, output: join(folder, mask) },
    options: { method: "instruction", data: { template: "alpaca", mask, validation_split: 0 } },
  });

test("learns answers only, or every token, as asked, and the result loads", async () => {
  const [answers, everything] = [await run("assistant"), await run("all")];
  for (const training of [answers, everything])
    expect(training.losses.at(-1)).toBeLessThan(0.9 * (training.losses[0] ?? 0));
  // Alpaca's wording is some hundred tokens around an answer of one or two
  const share = ({ started: { dataset } }: typeof answers): number =>
    dataset.supervisedTokens / dataset.tokens;
  expect(share(answers)).toBeLessThan(0.1);
  expect(share(everything)).toBeGreaterThan(0.9);
  const adapted = await logitsOf(model, finalModel(answers));
  expect(largestGap(adapted, await logitsOf(model))).toBeGreaterThan(0.1);
});
