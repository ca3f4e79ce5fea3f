// ft data domains and ft data generate as a user starts them: lists, previews, an estimate, rows, going on after a kill.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ToldDomain } from "../../src/app/data/list-domains.ts";
import type { GenerateReport } from "../../src/app/generation/report.ts";
import { FakeProvider, goodRow } from "../support/fake-provider.ts";
import { makeFolder } from "../support/folders.ts";
import { type Ended, runProgram, startProgram, until } from "../support/program.ts";

async function place() {
  const folder = makeFolder();
  const fake = await FakeProvider.start(({ key }) => ({ text: goodRow(key), delay: 40 }));
  const env = {
    FT_HOME: join(folder, "home"),
    OPENAI_API_KEY: undefined,
    OPENAI_BASE_URL: `${fake.origin}/v1`,
  };
  const options = { cwd: folder, env };
  const ft = async (...words: string[]): Promise<Ended> =>
    await runProgram(["data", ...words], options);
  const lines = (): string[] =>
    readFileSync(join(folder, "rows.jsonl"), "utf8").trimEnd().split("\n");
  return { fake, ft, lines, options };
}

const report = ({ stdout }: Ended): GenerateReport => JSON.parse(stdout) as GenerateReport;

const rows = ["generate", "--domain", "Research Summaries", "--subdomain", "Findings"];
const openai = ["--provider", "openai", "--model", "gpt-4o-mini", "-o", "rows.jsonl", "--json"];

test("domains are listed, one with its weights; what is not there is refused", async () => {
  const { ft } = await place();
  const listed = JSON.parse((await ft("domains", "--json")).stdout) as ToldDomain[];
  expect(listed).toHaveLength(12);
  expect(listed.every(({ subdomains }) => subdomains.length === 5)).toBe(true);
  const { stdout } = await ft("domains", "Customer Support");
  expect(stdout).toMatch(/technical_troubleshooting +30\n/);
  expect(stdout).toContain("Exchanges: 1 where conversation_type is question_answer, else 2 to 5");
  expect(await ft("domains", "suport")).toMatchObject({ code: 2 });
});

test("a preview and an estimate ask nobody", async () => {
  const { fake, ft } = await place();
  const { stdout } = await ft(...rows, "--preview", "3", "--language", "fr");
  expect(stdout.match(/^=== Row \d/gm)).toHaveLength(3);
  expect(stdout).toContain("Écris tout le texte en français.");
  const plan = await ft(...rows, "--count", "40", "--estimate", ...openai);
  expect(JSON.parse(plan.stdout)).toMatchObject({ calls: 40, toMake: 40 });
  expect(fake.bill.requests).toBe(0);
});

test("killed with -9, the same command goes on and pays nothing twice", async () => {
  const { fake, ft, lines, options } = await place();
  const words = [...rows, "--count", "40", ...openai];
  for (const paid of [6, 20]) {
    const started = startProgram(["data", ...words], options);
    await until(() => fake.bill.paid >= paid);
    started.process.kill("SIGKILL");
    await started.ended;
  }
  const told = report(await ft(...words));
  expect(told).toMatchObject({ rows: 40, shortfall: { count: 0 }, status: "completed" });
  expect(new Set(lines()).size).toBe(40);
  expect(fake.bill.paid - told.callsBy.answered).toBeLessThanOrEqual(told.callsBy.lost);
  const before = fake.bill.requests;
  expect(report(await ft(...words))).toMatchObject({ rows: 40, job: told.job });
  expect(fake.bill.requests).toBe(before);
});
