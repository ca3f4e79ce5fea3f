// Rows of the example documents by a real model, SmolLM2-135M-Instruct, with no key and no network: of the row's form,
// each with the passage it rests on. Skipped, with the reason, where `make real` has not fetched it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, expect, test } from "vitest";
import type { MakeReport } from "../../src/app/data/making/made-output.ts";
import { checkRow } from "../../src/synth/make/row-form.ts";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";
import { needsRealModel } from "../support/real-model.ts";

beforeEach(needsRealModel);

const documents = fileURLToPath(new URL("../../data/examples/documents", import.meta.url));

test("as many rows as asked for, or a shortfall that adds up", { timeout: 600_000 }, async () => {
  const folder = makeFolder();
  const output = join(folder, "rows.jsonl");
  const env = { FT_HOME: join(folder, "home"), OLLAMA_URL: "http://127.0.0.1:1" };
  const none = { GOOGLE_API_KEY: undefined, GEMINI_API_KEY: undefined, AGENT_PROVIDER: undefined };
  const words = [
    "create",
    documents,
    "--count",
    "6",
    "--max-tokens",
    "300",
    "-o",
    output,
    "--json",
  ];
  const ended = await runProgram(["data", ...words], { env: { ...env, ...none } });
  const told = JSON.parse(ended.stdout) as MakeReport;
  expect(told).toMatchObject({ provider: "local", models: ["builtin/smollm2"], costUsd: 0 });
  expect(told.rows + told.shortfall.count).toBe(6);
  expect(told.rows).toBeGreaterThan(0);
  const lines = readFileSync(output, "utf8").trimEnd().split("\n");
  expect(lines).toHaveLength(told.rows);
  for (const line of lines) {
    const row = JSON.parse(line) as { source: { file: string; span: [number, number] } };
    expect(checkRow(row, 2)).toHaveProperty("messages");
    const text = readFileSync(row.source.file, "utf8");
    expect(row.source.span[1]).toBeLessThanOrEqual(text.length);
  }
});
