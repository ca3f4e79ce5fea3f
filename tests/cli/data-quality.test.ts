// ft data quality and ft data rate by the command line: the price before, what is printed, going on after a kill, ratings
// that are typed.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { QualityReport } from "../../src/app/quality/run-quality.ts";
import { FakeProvider } from "../support/fake-provider.ts";
import { makeFolder } from "../support/folders.ts";
import { knowingJudge, plantedRows } from "../support/planted-rows.ts";
import { runProgram, startProgram, until } from "../support/program.ts";

const planted = plantedRows();

async function place(count: number, delay = 0) {
  const rows = planted.slice(0, count);
  const lines = rows.map(({ row }) => `${JSON.stringify(row)}\n`).join("");
  const folder = makeFolder({ "rows.jsonl": lines });
  const judge = knowingJudge(planted);
  const fake = await FakeProvider.start((request) => ({ ...judge(request), delay }));
  const none = { GOOGLE_API_KEY: undefined, GEMINI_API_KEY: undefined, OPENAI_API_KEY: undefined };
  const env = { ...none, FT_HOME: join(folder, "home"), OPENAI_BASE_URL: `${fake.origin}/v1` };
  const options = { cwd: folder, env };
  const ft = async (words: string[], input?: string) =>
    await runProgram(["data", ...words], { ...options, ...(input !== undefined && { input }) });
  return { folder, fake, rows, ft, options };
}

const openai = ["--provider", "openai", "--model", "gpt-4o-mini"];

test("the estimate tells calls and price, what fixing adds, and asks nobody", async () => {
  const { fake, ft } = await place(40);
  const told = await ft(["quality", "rows.jsonl", "--estimate", ...openai, "--json"]);
  const { estimate, hasPrice } = JSON.parse(told.stdout) as {
    estimate: Record<"scoring" | "likely" | "most", { calls: number; cost: number }> & {
      foundByChecks: number;
    };
    hasPrice: boolean;
  };
  expect([told.code, hasPrice, fake.bill.requests]).toEqual([0, true, 0]);
  expect(estimate.scoring.calls).toBe(40 - estimate.foundByChecks);
  expect(estimate.likely.calls).toBeGreaterThan(2 * estimate.scoring.calls);
  const without = await ft(["quality", "rows.jsonl", "--estimate", "--no-auto-fix", ...openai]);
  expect(without.stdout).toMatch(/scores alone: (\d+) calls, \$[\d.]+.*\n.*likely.*: \1 calls/);
  const report = await ft(["quality", "rows.jsonl", "-o", "i.jsonl", ...openai, "--json"]);
  const { calls, costUsd } = JSON.parse(report.stdout) as QualityReport;
  expect(calls).toBe(fake.bill.requests);
  expect(calls).toBeLessThanOrEqual(estimate.most.calls);
  expect(costUsd).toBeLessThanOrEqual(estimate.most.cost / 1e9);
});

test("killed with -9, the same command goes on and pays for nothing twice", async () => {
  const { folder, fake, ft, options } = await place(60, 60);
  const words = ["quality", "rows.jsonl", "-o", "improved.jsonl", ...openai, "--json"];
  for (const paid of [10, 40]) {
    const started = startProgram(["data", ...words], options);
    await until(() => fake.bill.paid >= paid);
    started.process.kill("SIGKILL");
    await started.ended;
  }
  const ended = await ft(words);
  const report = JSON.parse(ended.stdout) as QualityReport;
  expect(report.processed).toBe(60);
  expect(report.kept + report.fixed + report.removed).toBe(60);
  // what is asked again had been in flight at a kill
  expect(fake.bill.paid - report.callsBy.answered).toBeLessThanOrEqual(report.callsBy.lost);
  expect(report.callsBy.lost).toBeLessThanOrEqual(20);
  const improved = readFileSync(join(folder, "improved.jsonl"), "utf8").trimEnd().split("\n");
  expect(improved).toHaveLength(report.kept + report.fixed);
  const again = await ft([...words.slice(0, -1)]);
  expect(again.stdout).toContain(
    `60 rows: ${report.kept} kept, ${report.fixed} fixed, ${report.removed} removed`,
  );
  expect(fake.bill.requests).toBeLessThanOrEqual(report.calls);
  const back = await ft([
    "quality",
    "improved.jsonl",
    "--undo",
    "improved.quarantine.jsonl",
    "-o",
    "back.jsonl",
  ]);
  expect(back.stdout).toContain(`60 rows, ${report.fixed + report.removed} of them as they were`);
  expect(readFileSync(join(folder, "back.jsonl"), "utf8")).toBe(
    readFileSync(join(folder, "rows.jsonl"), "utf8"),
  );
});

test("a budget stops before it is exceeded; a higher one goes on", async () => {
  const { fake, ft } = await place(30);
  const words = ["quality", "rows.jsonl", "-o", "improved.jsonl", ...openai];
  const stopped = await ft([...words, "--budget", "0.01"]);
  expect([stopped.code, stopped.stderr]).toEqual([1, expect.stringContaining("FT-QUALITY-005")]);
  expect(fake.bill.cost / 1e9).toBeLessThanOrEqual(0.01);
  expect(await ft([...words, "--budget", "1"])).toMatchObject({ code: 0 });
});

test("rows are not sent without a yes; a file without rows, and one that is none, are named", async () => {
  const { folder, ft, options } = await place(2);
  const far = {
    ...options,
    env: {
      ...options.env,
      OPENAI_BASE_URL: "https://service.invalid/v1",
      OPENAI_API_KEY: "k",
      AGENT_PROVIDER: "openai",
    },
  };
  const refused = await runProgram(["data", "quality", "rows.jsonl", "-o", "i.jsonl"], far);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("FT-MAKE-010")]);
  writeFileSync(join(folder, "bad.jsonl"), '{"text": "one"}\n{"text": \n');
  const bad = await ft(["quality", "bad.jsonl", "-o", "i.jsonl", ...openai]);
  expect([bad.code, bad.stderr]).toEqual([4, expect.stringContaining("bad.jsonl, line 2")]);
  writeFileSync(join(folder, "none.jsonl"), "\n");
  expect((await ft(["quality", "none.jsonl", "-o", "i.jsonl", ...openai])).stderr).toContain(
    "FT-QUALITY-003",
  );
  expect((await ft(["quality", "rows.jsonl", ...openai])).code).toBe(2);
});

test("ratings that are typed: a few rows at a time, over the scores, and the agreement with the judge", async () => {
  const { folder, rows, ft } = await place(40);
  await ft(["quality", "rows.jsonl", "-o", "i.jsonl", "--report", "scores.json", ...openai]);
  const rate = ["rate", "rows.jsonl", "--report", "scores.json"];
  const first = await ft([...rate, "--count", "5"], "8\nnonsense\n11\ns\n3 too short\n7.5\nq\n");
  expect(first.stdout).toContain("3 ratings in rows.ratings.jsonl, 3 of them new");
  expect(first.stderr).not.toMatch(/"?score"?:/);
  const second = await ft([...rate, "--count", "20"], `${"8\n".repeat(30)}`);
  expect(second.stdout).toContain("20 ratings in rows.ratings.jsonl, 17 of them new");
  const lines = readFileSync(join(folder, "rows.ratings.jsonl"), "utf8").trimEnd().split("\n");
  const given = lines.map(
    (line) => JSON.parse(line) as { index: number; rating: number; note?: string },
  );
  expect(new Set(given.map(({ index }) => index)).size).toBe(20);
  expect(given.slice(0, 3).map(({ rating }) => rating)).toEqual([8, 3, 7.5]);
  expect(given[1]).toMatchObject({ note: "too short" });
  // own ratings that know what is wrong agree
  const knowing = rows.map(({ kind }, index) =>
    JSON.stringify({ index, rating: kind === undefined ? 8 : 2 }),
  );
  writeFileSync(join(folder, "mine.jsonl"), knowing.join("\n"));
  const told = await ft([
    "quality",
    "rows.jsonl",
    "-o",
    "i.jsonl",
    "--ratings",
    "mine.jsonl",
    ...openai,
  ]);
  expect(told.stdout).toMatch(/good enough or not, over 40 rows: kappa 1\.00/);
  expect(told.stdout).toMatch(/scores, near ones in part \(quadratic\): kappa (0\.9\d|1\.00) \(/);
});
