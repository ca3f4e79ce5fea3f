// Tests by what they need: a folder under tests/ is a project, and its need decides how it runs.
// No list of test groups: those are the Makefile's.
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { coverageThresholds } from "./dev/coverage.ts";
import { chromiumProgram } from "./tests/setup/chromium.ts";
import { postgresPrograms } from "./tests/setup/postgres.ts";

interface Needs {
  /** Test files at a time. One, where a test takes all of the processor's threads. */
  maxWorkers: number;
  timeoutSeconds: number;
  env?: Record<string, string>;
}

const oneThread = { MLX_DISABLE_COMPILE: "1", FT_THREADS: "1" };
const guarded = {
  NODE_OPTIONS: `--import=${new URL("tests/setup/loopback-only.mjs", import.meta.url).href}`,
};

const projects: Record<string, Needs> = {
  unit: { maxWorkers: 2, timeoutSeconds: 30 },
  native: { maxWorkers: 2, timeoutSeconds: 30, env: oneThread },
  contract: { maxWorkers: 2, timeoutSeconds: 60, env: oneThread },
  parity: { maxWorkers: 2, timeoutSeconds: 60, env: oneThread },
  // Skips itself where make torch has built no addon.
  torch: { maxWorkers: 1, timeoutSeconds: 120, env: oneThread },
  cli: { maxWorkers: 2, timeoutSeconds: 120, env: { ...oneThread, ...guarded } },
  // Skips itself where make real has fetched no model.
  real: { maxWorkers: 1, timeoutSeconds: 600 },
};

// The studio's pages in a browser, where there is one.
if (chromiumProgram() !== undefined) {
  projects["browser"] = { maxWorkers: 2, timeoutSeconds: 120, env: { ...oneThread, ...guarded } };
}

// Needs Python peers (make interop), so a plain run leaves it out.
if (process.env["FT_INTEROP"] === "1") {
  projects["interop"] = { maxWorkers: 1, timeoutSeconds: 600, env: oneThread };
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

function postgres(order: number): TestProjectInlineConfiguration {
  const of = project(["postgres", { maxWorkers: 2, timeoutSeconds: 60 }], order);
  const shared = inPostgres.map((name) => `tests/unit/${name}.test.ts`);
  const include = ["tests/postgres/**/*.test.ts", ...shared];
  return { test: { ...of.test, include, globalSetup: ["tests/setup/postgres.ts"] } };
}

function project([name, needs]: [string, Needs], order: number): TestProjectInlineConfiguration {
  return {
    test: {
      name,
      include: [`tests/${name}/**/*.test.ts`],
      pool: "forks",
      maxWorkers: needs.maxWorkers,
      sequence: { groupOrder: order },
      testTimeout: needs.timeoutSeconds * 1000,
      hookTimeout: needs.timeoutSeconds * 1000,
      setupFiles: ["tests/setup/loopback-only.mjs", "tests/setup/quiet.ts", "tests/setup/home.ts"],
      env: needs.env ?? {},
    },
  };
}

export default defineConfig({
  test: {
    projects: [
      ...Object.entries(projects).map(project),
      ...(postgresPrograms() === undefined ? [] : [postgres(Object.keys(projects).length)]),
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
