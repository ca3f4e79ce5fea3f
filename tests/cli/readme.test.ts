import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { blocksOf, root } from "../support/documents.ts";
import { makeToyModel, writeRows } from "../support/toy-model.ts";

// The README's program is run as it stands, but for two names: a toy model stands in for the bundled one, and forty
// rows for the shipped set. tests/unit/house/documents.test.ts checks its types.

const [program] = blocksOf("README.md").filter(({ language }) => language === "ts");

test("the README's program trains, answers, and shows logits", { timeout: 600_000 }, async () => {
  const folder = mkdtempSync(join(inject("runFolder"), "readme-"));
  const model = await makeToyModel(join(folder, "model"));
  const rows = writeRows(join(folder, "rows.jsonl"), 40);
  const text = (program?.text ?? "")
    .replaceAll('"builtin/tiny"', JSON.stringify(model))
    .replaceAll('"builtin/text-to-sql"', JSON.stringify(rows));
  writeFileSync(join(folder, "program.ts"), text);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  // tsx reads the same map of names as the type check.
  const paths = { "@finetune-local/ft": [join(root, "src/index.ts")] };
  const config = { extends: join(root, "tsconfig.json"), compilerOptions: { paths } };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), "program.ts"],
    { cwd: folder, encoding: "utf8" },
  );
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  const losses = lines.slice(0, 4).map((line) => line.split(" "));
  expect(losses.map(([step]) => step)).toEqual(["5", "10", "15", "20"]);
  for (const [, loss] of losses) expect(Number(loss)).toBeGreaterThan(0);
  expect(stdout).toMatch(/\[ 1, \d+, \d+ \] \d+ \[\s*0,/);
  expect(lines.at(-1)).toBe("12");
  expect(existsSync(join(folder, "my-run/final_model/adapters.safetensors"))).toBe(true);
});
