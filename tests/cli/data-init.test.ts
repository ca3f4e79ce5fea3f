// `ft data init`, and what config.yaml then means to the commands of that folder.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";

test("a folder's settings stand in for options, and options count before them", async () => {
  const rows = Array.from({ length: 10 }, (_, at) => `{"text":"row ${at} of ten, all unlike"}\n`);
  const cwd = makeFolder({ "rows.jsonl": rows.join("") });
  const ft = (...args: string[]) => runProgram(args, { cwd });
  const made = await ft("data", "init", "--json");
  expect(JSON.parse(made.stdout)).toMatchObject({ folder: ".", kept: [] });
  const file = join(cwd, "config.yaml");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace("ratio: 0.8", "ratio: 0.5"));
  const split = async (...args: string[]): Promise<unknown> => {
    const common = ["--no-clusters", "-o", "out", "--json"];
    const ended = await ft("data", "split", "rows.jsonl", ...common, ...args);
    return (JSON.parse(ended.stdout) as { splits: { train: { rows: number } } }).splits.train.rows;
  };
  expect(await split()).toBe(5);
  expect(await split("--ratios", "train=0.9,validation=0.1")).toBe(9);
  expect(await split("--train", "0.7", "--val", "0.3")).toBe(7);
  writeFileSync(file, text.replace("ratio: 0.8", "ratio: 8"));
  const wrong = await ft("data", "split", "rows.jsonl", "-o", "out");
  expect(wrong.code).toBe(3);
  expect(wrong.stderr).toMatch(/config\.yaml:\d+: split\.ratio/);
});
