// Counts what the test runner itself reports and leaves it where .ci/run reads it; ends a run with one line.
// Not a second opinion: a file that does not load counts as one failure, a skip is named with its reason.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Reporter, TestCase, TestModule, Vitest } from "vitest/node";

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

/** "12 passed, 0 failed, 1 skipped" */
export function totalsLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  const note = result.state === "skipped" ? result.note : undefined;
  return `skipped: ${test.fullName}${note === undefined ? "" : ` (${note})`}`;
}

function* testsOf(modules: readonly TestModule[]): Generator<TestCase> {
  for (const module of modules) yield* module.children.allTests();
}

// A module or a suite may fail outside any test: a bad import, a throwing hook.
function failuresOutsideTests(modules: readonly TestModule[]): number {
  return modules.filter((module) => {
    if (module.state() !== "failed") return false;
    return ![...module.children.allTests("failed")].length;
  }).length;
}

export function count(modules: readonly TestModule[], unhandledErrors: number): Totals {
  const totals = { passed: 0, failed: failuresOutsideTests(modules) + unhandledErrors, skipped: 0 };
  for (const test of testsOf(modules)) {
    const { state } = test.result();
    totals[state === "passed" || state === "failed" ? state : "skipped"] += 1;
  }
  return totals;
}

const why = (errors: readonly unknown[] = []): string =>
  errors.map((error) => (error as Error).message ?? String(error)).join("; ");

const nameOf = (test: TestCase): string => `${test.module.relativeModuleId}: ${test.fullName}`;

/** What failed, with why, once more: behind the skips, where whoever reads the end of a log sees it. */
function failuresOf(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): string[] {
  const tests = [...testsOf(modules)].filter((test) => test.result().state === "failed");
  const alone = modules.filter((module) => failuresOutsideTests([module]) > 0);
  return [
    ...tests.map((test) => `${nameOf(test)}: ${why(test.result().errors)}`),
    ...alone.map((module) => `${module.relativeModuleId}: ${why(module.errors())}`),
    ...unhandledErrors.map((error) => `outside any test: ${why([error])}`),
  ].map((line) => `failed: ${line.slice(0, 2000)}`);
}

/** What passed at another try than the first, with what the first said: to be mended, though it fails no run. */
function unsteadyOf(modules: readonly TestModule[]): string[] {
  const tests = [...testsOf(modules)].filter((test) => test.diagnostic()?.flaky === true);
  const lines = tests.map((test) => `unsteady: ${nameOf(test)}: ${why(test.result().errors)}`);
  return lines.map((line) => line.slice(0, 2000));
}

export default class TotalsReporter implements Reporter {
  #root = ".";

  onInit(vitest: Vitest): void {
    this.#root = vitest.config.root;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const totals = count(modules, unhandledErrors.length);
    const folder = path.join(this.#root, ".local");
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "test-totals.txt"), `${totalsLine(totals)}\n`);
    const skips = [...testsOf(modules)].filter((test) => test.result().state === "skipped");
    for (const test of skips) console.log(reasonOf(test));
    const failures = failuresOf(modules, unhandledErrors);
    writeFileSync(
      path.join(folder, "test-failures.txt"),
      failures.map((line) => `${line}\n`).join(""),
    );
    for (const line of [...unsteadyOf(modules), ...failures]) console.log(line);
    console.log(totalsLine(totals));
  }
}
