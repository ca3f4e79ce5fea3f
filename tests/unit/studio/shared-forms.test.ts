// What pages of sharing and evaluating ask for beside lists: in which forms a model can be written, before it is trained;
// criteria kept as a rubric's file.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readRubric } from "../../../src/eval/judge/index.ts";
import { testStudio } from "../../support/studio.ts";

test("of the bundled model no GGUF is told before it is trained; a model of the hub is not looked at", async () => {
  const { client } = await testStudio();
  const tiny = await client.call("getV1SharePossible", { query: { model: "builtin/tiny" } });
  expect(tiny.status).toBe(200);
  expect(tiny.body.problems.map(({ format }: { format: string }) => format).toSorted()).toEqual([
    "gguf",
    "ollama",
  ]);
  expect(tiny.body.instead).not.toContain("builtin/tiny");
  const away = await client.call("getV1SharePossible", { query: { model: "someone/something" } });
  expect(away.body).toEqual({ problems: null, instead: [] });
}, 120_000);

test("criteria become a rubric that a judge reads; the same are one file; two of one name are refused", async () => {
  const { client } = await testStudio();
  const criteria = [
    { name: "correct", about: "The query gives what was asked." },
    { name: "short", about: "It says no more." },
  ];
  const keep = async () => await client.call("postV1EvaluationRubrics", { body: { criteria } });
  const { status, body } = await keep();
  expect(status).toBe(200);
  expect(readRubric(body.file).criteria).toMatchObject([
    { name: "correct", low: 1, high: 5 },
    { name: "short" },
  ]);
  expect(JSON.parse(readFileSync(body.file, "utf8"))).toEqual({ criteria });
  expect((await keep()).body).toEqual(body);
  const twice = { criteria: [criteria[0], criteria[0]] };
  expect((await client.call("postV1EvaluationRubrics", { body: twice })).status).toBe(422);
});
