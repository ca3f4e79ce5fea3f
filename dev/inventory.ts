// Runs what the rows of dev/inventory.yaml name and prints what works, what is refused and what is not there yet, by
// system. Fails when a row that is said to work does not.
//   make inventory [ALL=1] [ROWS=1-30,44] [JSON=1]
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import type { Outcome } from "./inventory/outcome.ts";
import { reportJson, reportText } from "./inventory/report.ts";
import { inventoryFile, readInventory, type Row, shows } from "./inventory/rows.ts";
import { runCommand } from "./inventory/run-commands.ts";
import { runTests } from "./inventory/run-tests.ts";

const { values: options } = parseArgs({
  options: { all: { type: "boolean" }, json: { type: "boolean" }, rows: { type: "string" } },
});

/** "1-30,44" as a test of numbers; every number without it. */
function asked(text: string | undefined): (number: number) => boolean {
  if (text === undefined) return () => true;
  const spans = text.split(",").map((part) => part.split("-").map(Number));
  if (spans.flat().some(Number.isNaN)) throw new Error(`--rows ${text}: say 1-30,44`);
  return (number) => spans.some(([from = 0, to = from]) => number >= from && number <= to);
}

const secondsAllowed = { fast: 120, slow: 1800 };

const say = (text: string): void => void process.stderr.write(text);

async function runCommands(rows: readonly Row[], scratch: string): Promise<[Row, Outcome][]> {
  const done: [Row, Outcome][] = [];
  for (const row of rows) {
    if (row.evidence.kind !== "command") continue;
    const limit = row.slow ? secondsAllowed.slow : secondsAllowed.fast;
    say(`row ${row.number}: ${row.evidence.command}\n`);
    const outcome = await runCommand(row.evidence.command, limit, scratch);
    say(`  ${outcome.passed ? "passed" : "FAILED"}, ${Math.round(outcome.seconds)} s\n`);
    done.push([row, outcome]);
  }
  return done;
}

function runNamedTests(rows: readonly Row[], scratch: string): [Row, Outcome][] {
  const tested = rows.flatMap((row) =>
    row.evidence.kind === "test" ? [{ row, tests: row.evidence.tests }] : [],
  );
  if (tested.length > 0) say(`tests of ${tested.length} rows\n`);
  const outcomes = runTests(
    tested.map(({ tests }) => tests),
    { root: process.cwd(), scratch },
  );
  return tested.map(({ row }, at) => [row, outcomes[at] as Outcome]);
}

async function run(rows: readonly Row[]): Promise<Map<Row, Outcome>> {
  const scratch = mkdtempSync(path.join(tmpdir(), "ft-inventory-"));
  process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
  return new Map([...runNamedTests(rows, scratch), ...(await runCommands(rows, scratch))]);
}

const { rows, problems } = readInventory(readFileSync(inventoryFile, "utf8"));
if (problems.length > 0) throw new Error(`${inventoryFile}:\n${problems.join("\n")}`);
const isAsked = asked(options.rows);
const chosen = rows.filter((row) => shows(row) && isAsked(row.number));
const outcomes = await run(chosen.filter(({ slow }) => !slow || options.all === true));
console.log(options.json === true ? reportJson(rows, outcomes) : reportText(rows, outcomes));
process.exitCode = [...outcomes.values()].every(({ passed }) => passed) ? 0 : 1;
