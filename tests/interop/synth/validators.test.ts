// mistral-common and Together judge the same rows again, where they are installed beside the other peers: the verdicts
// that tests/unit/synth/profiles/verdicts.test.ts compares with are still theirs.
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const python = process.env["FT_PEERS_PYTHON"] ?? "";
const fixtures = fileURLToPath(new URL("../../fixtures/forms/", import.meta.url));
const isThere =
  spawnSync(python, ["-c", "import mistral_common, together.utils.files"]).status === 0;

test.skipIf(!isThere)("the verdicts are what the validators say", () => {
  const again = execFileSync(python, [`${fixtures}make.py`], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const verdicts = (text: string) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => {
        const { profile, row, valid } = JSON.parse(line) as Record<string, unknown>;
        return { profile, row, valid };
      });
  const known = readFileSync(`${fixtures}verdicts.jsonl`, "utf8");
  expect(verdicts(again)).toEqual(verdicts(known));
});
