import { spawnSync } from "node:child_process";
import { closeSync, cpSync, mkdirSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../../support/folders.ts";

// The scripts that set a clone up, as far as they go without a network and without compiling.

const root = path.resolve(import.meta.dirname, "../../..");

test("a clone whose path holds spaces: the addon's inputs are all found", () => {
  const clone = path.join(makeFolder(), "my own clone");
  const inputs = [
    "dev/setup",
    "native",
    "package.json",
    "node_modules/node-addon-api/package.json",
  ];
  for (const input of inputs) {
    mkdirSync(path.dirname(path.join(clone, input)), { recursive: true });
    cpSync(path.join(root, input), path.join(clone, input), { recursive: true });
  }
  const env = { ...process.env, PYTHON: "false", FT_MLX_DIR: "" };
  const script = path.join(clone, "dev/setup/native.sh");
  const { status, stderr } = spawnSync("bash", [script], { env, encoding: "utf8" });
  // Without Python nothing can be fetched: that is the first and the only thing it stumbles over.
  expect([status, stderr]).toEqual([1, "native: python3 with pip is needed to fetch libmlx\n"]);
});

/** Runs `command` as a build does, a line a second; it finds its output so far in $TOLD. */
function withProgress(command: string): { code: number | null; told: string; log: string } {
  const folder = makeFolder();
  const [told, log] = [path.join(folder, "told"), path.join(folder, "log")];
  const script = `say() { printf 'native: %s\\n' "$*"; }; . "$1"; with_progress "$2" bash -c "$3"`;
  const output = openSync(told, "w");
  const progress = path.join(root, "dev/setup/progress.sh");
  const { status } = spawnSync("bash", ["-euc", script, "bash", progress, log, command], {
    env: { ...process.env, TOLD: told, FT_PROGRESS_EVERY: "1" },
    stdio: ["ignore", output, output],
    timeout: 50_000,
  });
  closeSync(output);
  return { code: status, told: readFileSync(told, "utf8"), log: readFileSync(log, "utf8") };
}

/** Ends when that has been said. */
const said = (text: string): string => `until grep -q '${text}' "$TOLD"; do sleep 0.1; done`;

test("a build says how many files are compiled, and for how long it has run", () => {
  const { code, told, log } = withProgress(
    `${said("configuring")}; echo '[3/35] Building CXX object a.cc.o'; ${said("compiled 3 of 35")}`,
  );
  expect(code).toBe(0);
  expect(told).toMatch(/^native: configuring, \d+ s$/m);
  expect(told).toMatch(/^native: compiled 3 of 35 files, \d+ s$/m);
  expect(log).toBe("[3/35] Building CXX object a.cc.o\n");
});

test("a build that fails hands its exit code on", () => {
  expect(withProgress("echo broken; exit 7")).toMatchObject({ code: 7, log: "broken\n" });
});
