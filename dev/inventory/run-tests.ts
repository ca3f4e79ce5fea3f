// Runs the tests that rows name, in at most two runs of the test runner: whole files, and files of which only some
// tests are meant. Judges a row by the tests it named: all passed, and at least one ran.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { headOf, type Outcome, tailOf } from "./outcome.ts";
import type { TestReference } from "./rows.ts";

interface TestResult {
  fullName: string;
  status: string;
  duration?: number;
  failureMessages?: readonly string[];
}

interface FileResult {
  /** Absolute path. */
  name: string;
  status: string;
  message: string;
  assertionResults: readonly TestResult[];
}

export interface Place {
  /** The clone whose tests are run. */
  root: string;
  /** Where the runner's report goes. */
  scratch: string;
}

type Results = ReadonlyMap<string, FileResult>;

const regexQuoted = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&");

/** File → tests named of it; undefined among them means all. */
function byFile(tests: readonly TestReference[]): Map<string, Set<string | undefined>> {
  const files = new Map<string, Set<string | undefined>>();
  for (const { file, pattern } of tests) {
    files.set(file, (files.get(file) ?? new Set()).add(pattern));
  }
  return files;
}

function runFiles(files: readonly string[], pattern: string, { root, scratch }: Place): Results {
  if (files.length === 0) return new Map();
  const report = path.join(scratch, `tests-${pattern === "" ? "whole" : "some"}.json`);
  const flags = ["--reporter=json", `--outputFile=${report}`, "--passWithNoTests"];
  const filter = pattern === "" ? [] : ["--testNamePattern", pattern];
  const runner = path.join(root, "node_modules/vitest/vitest.mjs");
  const { stderr } = spawnSync(process.execPath, [runner, "run", ...files, ...flags, ...filter], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
    maxBuffer: 1 << 28,
  });
  if (!existsSync(report)) throw new Error(`the test runner left no report:\n${tailOf(stderr)}`);
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as { testResults: FileResult[] };
  return new Map(testResults.map((file) => [path.relative(root, file.name), file]));
}

function failureOf(file: string, pattern: string, found: FileResult | undefined): string {
  if (found === undefined || found.assertionResults.length === 0)
    return found?.message || `${file} was not run`;
  const meant = found.assertionResults.filter(({ fullName }) => fullName.includes(pattern));
  const failed = meant.filter(({ status }) => status === "failed");
  const told = failed.map((test) => [test.fullName, ...(test.failureMessages ?? [])].join("\n"));
  if (told.length > 0) return headOf(told.join("\n"));
  if (!meant.some(({ status }) => status === "passed")) return `no test of ${file} ran: ${pattern}`;
  // Tests whose hook failed are told as skipped, in a file that failed.
  const isStopped = found.status === "failed" && meant.some(({ status }) => status === "skipped");
  return isStopped ? `a hook failed: npm test -- ${file}` : "";
}

function outcomeOf(results: Results, { file, pattern = "" }: TestReference): Outcome {
  const found = results.get(file);
  const meant = found?.assertionResults.filter(({ fullName }) => fullName.includes(pattern)) ?? [];
  const seconds = meant.reduce((sum, { duration = 0 }) => sum + duration / 1000, 0);
  const output = failureOf(file, pattern, found);
  return { passed: output === "", seconds, output };
}

function together(outcomes: readonly Outcome[]): Outcome {
  return {
    passed: outcomes.every(({ passed }) => passed),
    seconds: outcomes.reduce((sum, { seconds }) => sum + seconds, 0),
    output: outcomes
      .map(({ output }) => output)
      .filter(Boolean)
      .join("\n"),
  };
}

/** Outcomes in the order of `rows`, each a list of the tests that a row names. */
export function runTests(rows: readonly (readonly TestReference[])[], place: Place): Outcome[] {
  const files = byFile(rows.flat());
  const isWhole = ([, patterns]: [string, Set<string | undefined>]): boolean =>
    patterns.has(undefined);
  const whole = [...files].filter(isWhole).map(([file]) => file);
  const some = [...files].filter((entry) => !isWhole(entry));
  const patterns = new Set(some.flatMap(([, named]) => [...named] as string[]));
  const pattern = [...patterns].map(regexQuoted).join("|");
  const results = new Map([
    ...runFiles(whole, "", place),
    ...runFiles(
      some.map(([file]) => file),
      pattern,
      place,
    ),
  ]);
  return rows.map((tests) => together(tests.map((test) => outcomeOf(results, test))));
}
