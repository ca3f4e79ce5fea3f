// Counting, taking out duplicates, cleaning and dividing by the command line: what is printed and how it ends.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";

const text = "The river runs past the houses where nobody waits for the late train from the harbor";
const rows = [{ id: "a", text }, { text: `${text}!` }, { text: "Another thing altogether" }];

function workplace() {
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  const folder = makeFolder({ "rows.jsonl": lines });
  const env = { FT_HOME: join(folder, "home"), FT_PROFILE: "balanced" };
  const ft = (...args: string[]) => runProgram(args, { cwd: folder, env });
  const lined = (name: string): unknown[] =>
    readFileSync(join(folder, name), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
  return { ft, lined };
}

test("from counting to a divided dataset", async () => {
  const { ft, lined } = workplace();
  const counted = await ft("data", "count", "rows.jsonl", "--encoding", "cl100k", "--json");
  const { rows: tokens, exactness } = JSON.parse(counted.stdout) as {
    rows: { id: string; tokens: number }[];
    exactness: string;
  };
  expect([tokens.map(({ id }) => id), exactness]).toEqual([["a", "2", "3"], "exact"]);
  const files = ["-o", "kept.jsonl", "--clusters", "c.jsonl", "--threshold", "0.9"];
  await ft("data", "dedupe", "rows.jsonl", ...files, "--json");
  expect(lined("kept.jsonl")).toEqual([rows[0], rows[2]]);
  expect(lined("c.jsonl")).toEqual([
    { id: "a", cluster: 0, keptId: "a" },
    { id: "2", cluster: 0, keptId: "a" },
    { id: "3", cluster: 2, keptId: "3" },
  ]);
  const ratios = ["--ratios", "train=0.5,validation=0.5", "--assignments", "a.jsonl", "--json"];
  const divided = await ft("data", "split", "rows.jsonl", ...ratios);
  expect(divided.code).toBe(0);
  const [first, second, third] = lined("a.jsonl") as { id: string; split: string }[];
  expect(first?.split).toBe(second?.split);
  expect(third?.split).not.toBe(first?.split);
  const cleaned = await ft(
    "data",
    "clean",
    "rows.jsonl",
    "-o",
    "clean.jsonl",
    "--dropped",
    "d.jsonl",
  );
  expect(cleaned.stdout).toContain("3 rows: 2 stay, 1 go");
});

test.each([
  ["train=0.8,validation=0.3", 2],
  ["train=1.5,validation=-0.5", 2],
  ["train=0.8,validation=0.2", 0],
])("ratios %s end with exit %i", async (ratios, code) => {
  const { ft } = workplace();
  const done = await ft(
    "data",
    "split",
    "rows.jsonl",
    "--ratios",
    ratios,
    "--assignments",
    "a.jsonl",
  );
  expect(done.code).toBe(code);
});
