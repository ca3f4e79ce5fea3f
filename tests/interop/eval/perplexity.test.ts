// Perplexity beside transformers on PyTorch: short texts, and long ones in windows.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { evaluateModel } from "../../../src/app/evaluate/evaluate-model.ts";
import { makeFolder } from "../../support/folders.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

const python = process.env["FT_PEERS_PYTHON"] ?? "";
const script = path.join(import.meta.dirname, "perplexity.py");

interface Loss {
  sum: number;
  tokens: number;
}

const setups = [
  [64, 32],
  [48, 48],
  [33, 7],
] as const;

test.each(setups)("windows of %d tokens, %d apart", async (window, stride) => {
  const folder = makeFolder();
  const model = await makeToyModel(path.join(folder, "model"));
  const words = readFileSync("docs/evaluating.md", "utf8").slice(0, 1500);
  const texts = ["a short text", words, words.slice(0, 300), "1234567890 ".repeat(20)];
  const rows = writeRows(
    path.join(folder, "rows.jsonl"),
    texts.map((text) => ({ text })),
  );
  const asked = [script, model, rows, String(window), String(stride)];
  const theirs = JSON.parse(execFileSync(python, asked, { encoding: "utf8" })) as Loss[];
  const { scores, resultsFile } = await evaluateModel({
    ...{ model, data: rows, format: "auto", metrics: ["perplexity"], numSamples: 10, seed: 1 },
    ...{ maxGenLength: 1, output: path.join(folder, "out"), window, stride },
  });
  const lines = readFileSync(resultsFile, "utf8").trim().split("\n");
  const ours = lines.map((line) => (JSON.parse(line) as { loss: Loss }).loss);
  expect(ours.map(({ tokens }) => tokens)).toEqual(theirs.map(({ tokens }) => tokens));
  // float32 logits of two libraries
  for (const [at, { sum }] of theirs.entries())
    expect(Math.abs((ours[at]?.sum ?? Number.NaN) / sum - 1)).toBeLessThan(1e-5);
  const [sum, tokens] = [theirs.map((one) => one.sum), theirs.map((one) => one.tokens)].map((all) =>
    all.reduce((a, b) => a + b),
  ) as [number, number];
  const perplexity = Math.exp(sum / tokens);
  expect(Math.abs((scores["perplexity"] ?? Number.NaN) / perplexity - 1)).toBeLessThan(1e-5);
});
