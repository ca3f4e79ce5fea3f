// ft data validate and ft data limits: verdicts, exit codes, what is told.
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";
import { chatRow, jsonLines } from "../support/rows.ts";

const rows = (count: number) => Array.from({ length: count }, (_, n) => chatRow(`q${n}`, `a${n}`));

test("validate exits with 0 exactly when rows are valid, whatever FT_PROFILE says", async () => {
  const folder = makeFolder({
    "good.jsonl": jsonLines(rows(10)),
    "few.jsonl": jsonLines(rows(9)),
    "none.jsonl": "",
    "rows.csv": "question,answer\nIs it?,It is.\n",
    "valid.jsonl": jsonLines([chatRow("other", "thing"), ...rows(1)]),
  });
  const ft = (...args: string[]) =>
    runProgram(["data", "validate", ...args], { cwd: folder, env: { FT_PROFILE: "nonsense" } });
  const good = await ft("good.jsonl", "--profile", "openai-sft", "--on", "2026-01-01", "--json");
  expect(good.code).toBe(0);
  expect(JSON.parse(good.stdout)).toMatchObject({
    valid: true,
    errors: [],
    warnings: [],
    rows: 10,
  });
  const few = await ft("few.jsonl", "--profile", "openai-sft", "--on", "2026-01-01", "--json");
  expect(few.code).toBe(4);
  expect(JSON.parse(few.stdout)).toMatchObject({
    valid: false,
    errors: [{ code: "too_few_records", file: "few.jsonl", line: null, fixable: false }],
  });
  const leak = await ft("good.jsonl", "--validation", "valid.jsonl", "--profile", "openai-sft");
  expect(leak.code).toBe(4);
  expect(leak.stdout).toContain(
    "error leak_exact: valid.jsonl, line 2: identical to line 1 of the training file",
  );
  const table = await ft("rows.csv");
  expect(table).toMatchObject({ code: 4 });
  expect(table.stderr).toContain("ft data prepare rows.csv -o rows.jsonl --columns");
  const other = await ft("good.jsonl", "--profile", "openai");
  expect(other).toMatchObject({ code: 2 });
  expect(other.stderr).toContain("FT-PROFILE-001");
  expect((await ft("missing.jsonl", "--profile", "mistral")).code).toBe(4);
  const none = await ft("none.jsonl", "--profile", "trl");
  expect(none.code).toBe(4);
  expect(none.stdout).toContain("too_few_records: none.jsonl: 0 rows; the minimum is 1");
});

test("limits are listed with sources and dates, and another file stands over them", async () => {
  const folder = makeFolder({
    "mine.yaml":
      "profiles: { openai-sft: { limits: { minRecords: 3 }, models: { gpt-4o: { retiresOn: 2030-01-01 } } } }",
    "bad.yaml": "profiles: { openai-sft: { limits: { mostRecords: 3 } } }",
    "good.jsonl": jsonLines(rows(3)),
  });
  const ft = (...args: string[]) => runProgram(["data", ...args], { cwd: folder });
  const told = JSON.parse((await ft("limits", "--json")).stdout) as {
    profiles: {
      name: string;
      limits: Record<string, unknown>[];
      models: Record<string, unknown>[];
    }[];
    codes: { code: string }[];
  };
  const openai = told.profiles.find(({ name }) => name === "openai-sft");
  expect(openai?.limits).toContainEqual(
    expect.objectContaining({
      name: "exampleTokens",
      value: 65_536,
      checkedOn: expect.stringMatching(/^2026-/) as unknown,
    }),
  );
  expect(openai?.models).toContainEqual(
    expect.objectContaining({ name: "gpt-4o", exampleTokens: 65_536, retiresOn: "2027-01-14" }),
  );
  for (const { limits } of told.profiles)
    for (const limit of limits) expect(limit["source"]).toMatch(/^https:/);
  expect(told.codes.length).toBeGreaterThan(50);
  const valid = [
    "validate",
    "good.jsonl",
    "--profile",
    "openai-sft",
    "--on",
    "2026-01-01",
    "--limits",
  ];
  expect((await ft(...valid, join(folder, "mine.yaml"))).code).toBe(0);
  const bad = await ft(...valid, "bad.yaml");
  expect(bad.code).toBe(3);
  expect(bad.stderr).toContain("FT-PROFILE-003");
});
