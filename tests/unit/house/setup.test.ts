import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
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
