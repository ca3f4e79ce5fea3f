// A look at a run before it starts, in a process of its own: memory, steps, rows token by token; and again when that died.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testStudio } from "../../support/studio.ts";

const row = (at: number): string =>
  JSON.stringify({
    messages: [
      { role: "user", content: `What is ${at}?` },
      { role: "assistant", content: `It is ${at} — né.` },
    ],
  });

test("rows are shown token by token with what is learned, beside memory and steps", async () => {
  const studio = await testStudio();
  const data = join(studio.home, "rows.jsonl");
  writeFileSync(data, `${Array.from({ length: 20 }, (_, at) => row(at)).join("\n")}\n`);
  const values = {
    "model.name": "builtin/tiny",
    "data.train_file": data,
    "optimization.epochs": 2,
  };
  const preview = { offset: 1, limit: 2 };
  const { status, body } = await studio.client.call("postV1TrainLook", {
    body: { values, preview },
  });
  expect(status).toBe(200);
  const { report, preview: shown, time } = body;
  expect(report.steps).toEqual({ total: 18, perEpoch: 9 });
  expect(report.memoryPlan.fits).toBe(true);
  expect(report.memoryPlan.residentBytes).toBeGreaterThan(0);
  expect(time).toBeNull();
  expect(shown).toMatchObject({ total: 18, offset: 1 });
  expect(shown.rows).toHaveLength(2);
  for (const { sequences, learned, tokens } of shown.rows) {
    const [{ ids, texts, weights }] = sequences;
    expect([ids.length, texts.length, weights.length]).toEqual([tokens, tokens, tokens]);
    expect(weights.filter((weight: number) => weight !== 0)).toHaveLength(learned);
    const text = texts.filter((_: string, at: number) => weights[at] !== 0).join("");
    expect(text).toContain("It is");
    expect(text).toContain("— né.");
    expect(text).not.toContain("What is");
  }
  const wrong = await studio.client.call("postV1TrainLook", { body: { values: {} } });
  expect(wrong.body.error.field).toBe("model.name");
}, 120_000);
