// ft chat by piped lines: turns, commands, adapters, texts of several lines; nothing of it ends in a stack trace.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";
import { makeToyModel, writeRows } from "../support/toy-model.ts";

let cwd: string;

beforeAll(async () => {
  cwd = makeFolder();
  await makeToyModel(join(cwd, "model"));
  writeRows(join(cwd, "rows.jsonl"), 12);
  const train = ["train", "quick", "model", "rows.jsonl", "--iters", "2"];
  expect(await runProgram(train, { cwd })).toMatchObject({ code: 0 });
}, 300_000);

const talk = (lines: readonly string[], model = "model") =>
  runProgram(["chat", model, "--max-tokens", "6"], { cwd, input: `${lines.join("\n")}\n` });

test("turns follow each other, and the first is what ft generate answers", async () => {
  const { stdout, stderr, code } = await talk(["What is 3 plus one?", "And 4?"]);
  expect(code).toBe(0);
  const alone = ["generate", "model", "What is 3 plus one?", "--max-tokens", "6", "--json"];
  const { text } = JSON.parse((await runProgram(alone, { cwd })).stdout) as { text: string };
  expect(stdout.startsWith(`${text}\n`)).toBe(true);
  expect(stderr.match(/tokens\/s/g)).toHaveLength(2);
});

test("commands change what is said next, wrong ones are told", async () => {
  const { stdout, stderr, code } = await talk([
    "/help",
    "/system Be brief.",
    "What is 1 plus one?",
    "/history",
    "/save saved.jsonl",
    "/undo",
    "/nothing",
    "/adapter missing-folder",
    "Still here?",
    "/exit",
    "never asked",
  ]);
  expect(code).toBe(0);
  expect(stdout).toContain("/compare");
  expect(stdout).toContain("system: Be brief.\nuser: What is 1 plus one?\nassistant: ");
  expect(stderr).toContain("there is no /nothing");
  expect(stderr).toContain("error FT-");
  expect(stderr.match(/tokens\/s/g)).toHaveLength(2);
  const saved = JSON.parse(readFileSync(join(cwd, "saved.jsonl"), "utf8")) as {
    messages: { role: string }[];
  };
  expect(saved.messages.map(({ role }) => role)).toEqual(["system", "user", "assistant"]);
});

test("an adapter's folder answers tuned, and beside the model it was tuned from", async () => {
  const question = "What is 3 plus one?";
  const { stdout, stderr } = await talk(
    [question, "/reset", "/adapter", question, "/compare", "/reset", question],
    "quick_output",
  );
  expect(stderr).toContain("base answers");
  expect(stdout).toMatch(/base +tuned|base:\n[^]*\n\ntuned:\n/);
});

test("texts of several lines are one question", async () => {
  const { stderr } = await talk(['"""', "one", "two", '"""', "three \\", "four"]);
  expect(stderr.match(/tokens\/s/g)).toHaveLength(2);
});

test("what cannot be saved, and names that every object has, leave the conversation open", async () => {
  const lines = ["/save early.jsonl", "Hi", "/save none/x.jsonl", "/save .", "/constructor", "Bye"];
  const { stderr, code } = await talk(lines);
  expect(code, stderr).toBe(0);
  expect(stderr).toContain("nothing was said yet");
  expect(stderr.match(/error: E(NOENT|ISDIR)/g)).toHaveLength(2);
  expect(stderr).toContain("there is no /constructor");
  expect(stderr.match(/tokens\/s/g)).toHaveLength(2);
});
