// Two hundred rows with planted faults through a scripted judge: what checks catch, what is fixed, what is quarantined,
// that the sums add up, that nothing is lost, and that every fix can be undone.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { undoCleaning } from "../../../../src/app/data/clean.ts";
import {
  asksFor,
  faults,
  judgedKinds,
  knowingJudge,
  plantedRows,
  promptOf,
} from "../../../support/planted-rows.ts";
import { qualityPlace } from "../../../support/quality.ts";

const planted = plantedRows();
const rows = planted.map(({ row }) => row);
const kindOf = new Map(planted.map(({ row, kind }) => [row.id, kind]));

interface ReportedRow {
  id: string;
  decision: string;
  score: number | null;
  after: number | null;
  findings: { check: string; field: string }[];
  criteria: Record<string, { score: number; evidence: string; isQuoted: boolean }> | null;
}

test("200 rows with planted faults: caught, fixed, quarantined, sums, kappa", async () => {
  const place = await qualityPlace(rows, knowingJudge(planted));
  const ratings = planted.map(({ kind }, index) => ({ index, rating: kind === undefined ? 8 : 3 }));
  const file = join(place.folder, "ratings.jsonl");
  writeFileSync(file, ratings.map((one) => `${JSON.stringify(one)}\n`).join(""));
  const report = await place.judge({}, { ratings: file });

  // sums
  expect(report).toMatchObject({ processed: 200, kept: 96, fixed: 78, removed: 26, below: 0 });
  expect(report.kept + report.fixed + report.removed).toBe(report.processed);
  // caught: eleven kinds before anybody is asked, two by the judge
  const { rows: told } = JSON.parse(readFileSync(join(place.folder, "report.json"), "utf8")) as {
    rows: ReportedRow[];
  };
  expect(told.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
  for (const { id, decision, findings, score } of told) {
    const kind = kindOf.get(id);
    expect([id, kind, decision === "kept"]).toEqual([id, kind, kind === undefined]);
    const isByCheck = kind !== undefined && !judgedKinds.includes(kind);
    expect([kind, findings.length > 0, score === null]).toEqual([kind, isByCheck, isByCheck]);
  }
  expect(report.foundByChecks).toBe(8 * (Object.keys(faults).length - judgedKinds.length));
  expect(report.byCheck).toMatchObject({
    truncated: 8,
    refusals: 8,
    boilerplate: 8,
    language: 8,
    turns: 8,
    fences: 8,
    arithmetic: 8,
    leaks: 8,
    "judge-talk": 8,
  });
  // evidence stands in the row
  const scored = told.filter(({ criteria }) => criteria !== null);
  for (const { criteria } of scored)
    for (const one of Object.values(criteria!)) expect(one.isQuoted).toBe(true);
  // fixed rows are scored again by the same scale, and better
  for (const { decision, score, after } of told)
    if (decision === "fixed") expect(after).toBeGreaterThan(Math.max(score ?? 0, 6.9));
  const asked = place.fake.requests.map((one) => asksFor(promptOf(one)));
  const count = (what: string): number => asked.filter((one) => one === what).length;
  // 112 rows that checks let pass, and each rewriting that passes them: 78 good ones, 13 poor ones
  expect(count("scores")).toBe(112 + 78 + 13);
  expect(count("verdict")).toBe(2 * 78);
  for (const { body } of place.fake.requests) {
    const isRewriting = asksFor(promptOf({ body } as never)) === "rewriting";
    expect(body["temperature"]).toBe(isRewriting ? 0.7 : 0.2);
  }
  // agreement
  const { agreement } = report;
  expect(agreement?.count).toBe(112);
  expect(agreement?.quadratic.kappa).toBeGreaterThan(0.9);
  expect(agreement?.decisions).toMatchObject({ kappa: 1, count: 200 });
  expect(agreement?.quadratic.low).toBeLessThanOrEqual(agreement!.quadratic.kappa!);

  // files: the improved set without what was removed, both texts of what was changed, nothing lost
  const improved = place.lines("improved.jsonl");
  expect(improved).toHaveLength(174);
  const out = place.lines("out.jsonl");
  expect(out).toHaveLength(78 + 26);
  expect(out.every(({ reason }) => typeof reason === "string" && reason !== "")).toBe(true);
  const paths = {
    file: join(place.folder, "improved.jsonl"),
    undo: join(place.folder, "out.jsonl"),
  };
  const back = join(place.folder, "back.jsonl");
  const undone = await undoCleaning({ ...paths, output: back, steps: [], ids: [] });
  expect(undone).toEqual({ rows: 200, restored: 104 });
  expect(readFileSync(back, "utf8")).toBe(readFileSync(place.request.file, "utf8"));
  const [change] = out.filter(({ action }) => action === "change");
  await undoCleaning({ ...paths, output: back, steps: [], ids: [String(change!["id"])] });
  const one = place.lines("back.jsonl").find(({ id }) => id === change!["id"]);
  expect(JSON.stringify(one)).toBe(change!["row"]);

  // the same command again asks nobody, and other settings pay for nothing that is answered
  const before = place.fake.bill.requests;
  expect(await place.judge({}, { ratings: file })).toMatchObject({ kept: 96, job: report.job });
  const strict = await place.judge({ minQualityScore: 8.5, autoFix: false });
  expect(strict).toMatchObject({ kept: 0, fixed: 0, removed: 200, calls: 0 });
  expect(place.fake.bill.requests).toBe(before);
  expect(report.costUsd).toBeCloseTo(place.fake.bill.cost / 1e9, 9);
}, 120_000);

test("without taking out, rows below the bar stay and are told", async () => {
  const few = planted.filter(({ kind }) => kind === "off topic").slice(0, 3);
  const place = await qualityPlace(
    few.map(({ row }) => row),
    knowingJudge(planted),
  );
  const report = await place.judge({ autoFix: false, autoRemove: false });
  expect(report).toMatchObject({ processed: 3, kept: 3, fixed: 0, removed: 0, below: 3 });
  expect(place.lines("improved.jsonl")).toEqual(few.map(({ row }) => row));
});
