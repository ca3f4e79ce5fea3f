// ft data list, and options of commands saved under a name and used again.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";
import { chatRow, jsonLines } from "../support/rows.ts";

function workplace() {
  const rows = Array.from({ length: 10 }, (_, at) => ({ text: `row ${at} of ten, all unlike` }));
  const folder = makeFolder({
    "rows.jsonl": jsonLines(rows),
    "data/chats.jsonl": jsonLines([chatRow("q", "a")]),
    "data/settings.json": '{"colour": "blue"}',
    "elsewhere/table.csv": "prompt,completion\r\nq,a\r\n",
  });
  const env = { FT_HOME: join(folder, "home") };
  const ft = (...args: string[]) => runProgram(["data", ...args], { cwd: folder, env });
  const json = async (...args: string[]) => {
    const { stdout, stderr, code } = await ft(...args, "--json");
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  return { folder, ft, json };
}

test("list: what ships, what the store has with versions and rows, and files of rows", async () => {
  const { ft, json } = workplace();
  expect((await ft("list")).stdout).toContain("ft data import FILE --name NAME keeps one");
  await ft("import", "rows.jsonl", "--name", "set");
  await ft("import", "data/chats.jsonl", "--name", "set");
  const told = await json("list");
  expect(told).toMatchObject({
    stored: [{ name: "set", version: "set@2", versions: 2, rows: 1, format: "chat" }],
    files: [{ path: "data/chats.jsonl", format: "chat" }],
  });
  expect(told["shipped"]).toContainEqual(
    expect.objectContaining({ name: "general-conversation", present: true }),
  );
  expect((await ft("list")).stdout).toMatch(/set +set@2 +2 +1 +chat/);
  expect(await json("list", "--dir", "elsewhere", "--format", "prompt-completion")).toMatchObject({
    shipped: [],
    stored: [],
    files: [{ path: "elsewhere/table.csv" }],
  });
  expect((await ft("list", "--format", "songs")).code).not.toBe(0);
});

test("options are saved under a name, used again, changed, and every form is kept", async () => {
  const { folder, ft, json } = workplace();
  const trained = (out: string): number =>
    readFileSync(join(folder, out, "train.jsonl"), "utf8").split("\n").length - 1;
  const split = (...args: string[]) => ft("split", "rows.jsonl", "--no-clusters", ...args);
  const saved = await split("-o", "a", "--ratios", "train=0.5,validation=0.5", "--save-as", "half");
  expect(saved.stderr).toContain("ft data split --configuration half (form 1)");
  await split("-o", "b", "--configuration", "half");
  expect([trained("a"), trained("b")]).toEqual([5, 5]);
  const other = ["--ratios", "train=0.9,validation=0.1"];
  await split("-o", "c", "--configuration", "half", ...other, "--save-as", "half");
  await split("-o", "d", "--configuration", "half");
  await split("-o", "e", "--configuration", "half@1");
  expect([trained("c"), trained("d"), trained("e")]).toEqual([9, 9, 5]);
  const { configurations } = await json("configurations", "half");
  expect(configurations).toMatchObject([
    { command: "data split", number: 2, options: { ratios: { train: 0.9 }, clusters: false } },
    { number: 1, options: { ratios: { train: 0.5 } } },
  ]);
  expect((await ft("configurations")).stdout).toMatch(/half +2 +ft data split/);
});

test("a configuration is of one command, and wrong options are not saved", async () => {
  const { folder, ft, json } = workplace();
  const wrong = await ft("split", "rows.jsonl", "-o", "a", "--ratios", "train=2", "--save-as", "x");
  expect(wrong.code).toBe(2);
  const unknown = await ft("dedupe", "rows.jsonl", "-o", "a", "--configuration", "half");
  expect(unknown).toMatchObject({ code: 2 });
  expect(unknown.stderr).toContain("FT-DATASET-011");
  expect(unknown.stderr).toContain("ft data configurations lists");
  expect(existsSync(join(folder, "a"))).toBe(false);
  expect(await json("configurations")).toEqual({ configurations: [] });
  await ft(
    "create",
    "rows.jsonl",
    "-o",
    "made.jsonl",
    "--estimate",
    "--yes",
    "--count",
    "3",
    "--provider",
    "openai",
    "--model",
    "m",
    "--save-as",
    "night",
  );
  expect(await json("configurations", "night")).toMatchObject({
    configurations: [{ options: { count: 3, provider: "openai", output: "made.jsonl" } }],
  });
  expect((await ft("configurations", "night")).stdout).not.toContain("yes");
});
