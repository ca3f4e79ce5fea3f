// Tests by what they need: a folder under tests/ is a project, and its need decides how it runs.
// No list of test groups: those are the Makefile's.
import { availableParallelism } from "node:os";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { coverageThresholds } from "./dev/coverage.ts";
import { chromiumProgram } from "./tests/setup/chromium.ts";
import { postgresPrograms } from "./tests/setup/postgres.ts";

/** Half of what a test of a program or a page does is waiting, so more files run than there are processors. */
const atATime = Math.min(8, Math.ceil(availableParallelism() * 1.5));

/** On a machine that nobody watches, a test that fails is tried once more; the report names it as unsteady. */
const retry = process.env["CI"] === "1" ? 1 : 0;

interface Needs {
  /** A test takes all of the processor's threads: one file at a time, after all others. */
  isAlone?: boolean;
  /** A limit for what hangs: a machine whose every core is busy takes ten times what a quiet one does. */
  timeoutSeconds: number;
  env?: Record<string, string>;
}

const oneThread = { MLX_DISABLE_COMPILE: "1", FT_THREADS: "1" };
const guarded = {
  NODE_OPTIONS: `--import=${new URL("tests/setup/loopback-only.mjs", import.meta.url).href}`,
};

const projects: Record<string, Needs> = {
  unit: { timeoutSeconds: 120 },
  native: { timeoutSeconds: 120, env: oneThread },
  contract: { timeoutSeconds: 120, env: oneThread },
  parity: { timeoutSeconds: 120, env: oneThread },
  // Skips itself where make torch has built no addon.
  torch: { isAlone: true, timeoutSeconds: 300, env: oneThread },
  cli: { timeoutSeconds: 300, env: { ...oneThread, ...guarded } },
  // Skips itself where make real has fetched no model.
  real: { isAlone: true, timeoutSeconds: 600 },
};

// The studio's pages in a browser, where there is one.
if (chromiumProgram() !== undefined) {
  projects["browser"] = { timeoutSeconds: 300, env: { ...oneThread, ...guarded } };
}

// Needs Python peers (make interop), so a plain run leaves it out.
if (process.env["FT_INTEROP"] === "1") {
  projects["interop"] = { isAlone: true, timeoutSeconds: 600, env: oneThread };
}

// What the store promises, held to a Postgres server too, where its programs are (tests/setup/postgres.ts).
const inPostgres = [
  "app/platform/platform",
  "store/platform/examples",
  "store/platform/files",
  "store/datasets",
  "store/differences",
  "store/killed.soak",
  "store/ledger",
  "store/queue",
  "store/worker",
  "studio/making",
  "studio/review-left",
  "studio/reviews",
];

function postgres(): TestProjectInlineConfiguration {
  const of = project(["postgres", { timeoutSeconds: 120 }]);
  const shared = inPostgres.map((name) => `tests/unit/${name}.test.ts`);
  const include = ["tests/postgres/**/*.test.ts", ...shared];
  return { test: { ...of.test, include, globalSetup: ["tests/setup/postgres.ts"] } };
}

function project([name, needs]: [string, Needs]): TestProjectInlineConfiguration {
  const isAlone = needs.isAlone === true;
  return {
    test: {
      name,
      include: [`tests/${name}/**/*.test.ts`],
      pool: "forks",
      maxWorkers: isAlone ? 1 : atATime,
      // Projects of one group share its workers, so none waits for another's last file.
      sequence: { groupOrder: isAlone ? 1 : 0 },
      testTimeout: needs.timeoutSeconds * 1000,
      // What is waited for by asking again and again would else be given up after a second.
      expect: { poll: { timeout: 90_000 } },
      hookTimeout: needs.timeoutSeconds * 1000,
      retry,
      setupFiles: ["tests/setup/loopback-only.mjs", "tests/setup/quiet.ts", "tests/setup/home.ts"],
      env: needs.env ?? {},
    },
  };
}

export default defineConfig({
  test: {
    projects: [
      ...Object.entries(projects).map(project),
      ...(postgresPrograms() === undefined ? [] : [postgres()]),
    ],
    globalSetup: ["tests/setup/run-folder.ts"],
    reporters: ["default", "./dev/report/totals.ts"],
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      reporter: ["html", "text-summary"],
      thresholds: coverageThresholds,
    },
  },
});
