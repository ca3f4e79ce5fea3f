import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { GeneratedText } from "../../src/app/generate/generate-text.ts";
import { makeFolder } from "../support/folders.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { makeToyModel, writeRows } from "../support/toy-model.ts";

test("answers with the adapter, greedily the same each time, asked by argument or stdin", async () => {
  const cwd = makeFolder();
  await makeToyModel(join(cwd, "model"));
  writeRows(join(cwd, "rows.jsonl"), 20);
  const train = ["train", "quick", "model", "rows.jsonl", "--iters", "2"];
  expect(await runProgram(train, { cwd })).toMatchObject({ code: 0 });

  const ask = ["generate", "model", "--adapter", "quick_output/final_model", "--max-tokens", "4"];
  const asked = await runProgram([...ask, "What is 3 plus one?", "--json"], { cwd });
  const answer = JSON.parse(asked.stdout) as { text: string };
  expect(answer).toEqual({
    text: expect.any(String),
    tokenIds: expect.any(Array),
    promptTokens: expect.any(Number),
    tokensPerSecond: expect.any(Number),
    finishReason: expect.stringMatching(/^(stop|length)$/),
    warnings: [],
  });
  const piped = await runProgram(ask, { cwd, input: "What is 3 plus one?\n" });
  expect(piped.stdout).toBe(`${answer.text}\n`);
  expect(piped.stderr).toMatch(/tokens\/s, (ended by the model|cut at --max-tokens)\n/);

  const run = [
    "quick_output",
    "quick_output/checkpoints/latest",
    "quick_output/checkpoints/step-2",
  ];
  for (const adapter of run) {
    const args = ask.with(3, adapter);
    const same = await runProgram([...args, "What is 3 plus one?", "--json"], { cwd });
    expect(JSON.parse(same.stdout)).toMatchObject({ text: answer.text });
  }

  // the adapter's file names its base
  const bare = ["generate", "quick_output", "What is 3 plus one?", "--max-tokens", "4", "--json"];
  const asModel = await runProgram(bare, { cwd });
  expect(JSON.parse(asModel.stdout)).toMatchObject({ text: answer.text });
  const config = join(cwd, "quick_output/final_model/adapter_config.json");
  const { model: _, ...nameless } = JSON.parse(readFileSync(config, "utf8")) as { model: string };
  writeFileSync(config, JSON.stringify(nameless));
  const refused = await runProgram(bare, { cwd });
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining("FT-GENERATE-005") });
});

test("a file of questions is answered as each alone, and an interrupted call goes on", async () => {
  const cwd = makeFolder();
  await makeToyModel(join(cwd, "model"));
  const questions = Array.from({ length: 24 }, (_, at) => ({ id: `q${at}`, prompt: `Say ${at}` }));
  writeFileSync(join(cwd, "q.jsonl"), questions.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const args = ["generate", "model", "--prompts", "q.jsonl", "--max-tokens", "6"];
  const whole = await runProgram([...args, "--top-k", "9", "-o", "a.jsonl", "--json"], { cwd });
  expect(JSON.parse(whole.stdout)).toMatchObject({ answers: 24, before: 0, output: "a.jsonl" });
  const read = (file: string): { id: string; text: string; line: number }[] =>
    readFileSync(join(cwd, file), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  const rows = read("a.jsonl");
  expect(rows.map(({ id }) => id)).toEqual(questions.map(({ id }) => id));
  expect(rows[5]).toMatchObject({ line: 6, prompt: "Say 5", finishReason: expect.any(String) });
  const one = ["generate", "model", "Say 5", "--max-tokens", "6", "--top-k", "9", "--seed", "5"];
  const alone = await runProgram([...one, "--json"], { cwd });
  expect(JSON.parse(alone.stdout)).toMatchObject({ text: rows[5]?.text });

  // what a kill left: some whole lines and a part of one
  const lines = readFileSync(join(cwd, "a.jsonl"), "utf8").split("\n");
  writeFileSync(
    join(cwd, "a.jsonl"),
    `${lines.slice(0, 10).join("\n")}\n${lines[10]?.slice(0, 9)}`,
  );
  const again = await runProgram([...args, "--top-k", "9", "-o", "a.jsonl", "--json"], { cwd });
  expect(JSON.parse(again.stdout)).toMatchObject({ answers: 24, before: 10 });
  expect(read("a.jsonl")).toEqual(rows);

  const other = await runProgram([...args, "-o", "a.jsonl"], { cwd });
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining("differ in topK") });
  expect(read("a.jsonl")).toEqual(rows);
  // nothing is drawn, so no seed of a question's own is told as unused
  const greedy = await runProgram([...args, "-o", "greedy.jsonl"], { cwd });
  expect(greedy.stderr).not.toMatch(/warning/);
  const schema = [...args, "-o", "a.jsonl", "--top-k", "9", "--regex", "a*"];
  expect((await runProgram(schema, { cwd })).stderr).toContain("differ in regex");
  const foreign = await runProgram([...args, "-o", "q.jsonl"], { cwd });
  expect(foreign).toMatchObject({ code: 2, stderr: expect.stringContaining("FT-GENERATE-007") });
});

test("a run that was trained again does not go on with the answers of before", async () => {
  const cwd = makeFolder();
  await makeToyModel(join(cwd, "model"));
  writeRows(join(cwd, "rows.jsonl"), 12);
  writeFileSync(join(cwd, "q.txt"), "one\ntwo\n");
  const ask = ["generate", "quick_output", "--prompts", "q.txt", "--max-tokens", "2"];
  for (const iters of ["1", "2"]) {
    rmSync(join(cwd, "quick_output"), { recursive: true, force: true });
    const train = ["train", "quick", "model", "rows.jsonl", "--iters", iters];
    expect(await runProgram(train, { cwd })).toMatchObject({ code: 0 });
    const { code, stderr } = await runProgram(ask, { cwd });
    expect([code, stderr]).toEqual(
      iters === "1" ? [0, expect.any(String)] : [2, expect.stringContaining("differ in digest")],
    );
  }
});

test.each([
  ['{"prompt": "a"}\n{"question": "b"}\n', /q\.jsonl, line 2.*has a prompt or messages/s],
  ['{"prompt": 7}\n', /q\.jsonl, line 1.*prompt/s],
  ["{broken\n", /q\.jsonl, line 1.*not JSON/s],
  ["\n \n", /has no prompts/],
])("questions in %j are refused with their line", async (text, told) => {
  const cwd = makeFolder();
  await makeToyModel(join(cwd, "model"));
  writeFileSync(join(cwd, "q.jsonl"), text);
  const { code, stderr } = await runProgram(["generate", "model", "--prompts", "q.jsonl"], { cwd });
  expect(code).toBe(4);
  expect(stderr).toMatch(told);
});

test("--load-in-4bit answers from packed weights", async () => {
  const cwd = makeFolder();
  await makeToyModel(join(cwd, "model"));
  const ask = ["generate", "model", "What is 3 plus one?", "--max-tokens", "4", "--json"];
  const dense = await runProgram(ask, { cwd });
  const packed = await runProgram([...ask, "--load-in-4bit"], { cwd });
  expect(packed).toMatchObject({ code: 0 });
  // drawn weights lose enough by 4 bits for other tokens to be the likeliest
  const tokens = ({ stdout }: { stdout: string }): number[] =>
    (JSON.parse(stdout) as GeneratedText).tokenIds;
  expect(tokens(packed)).toHaveLength(4);
  expect(tokens(packed)).not.toEqual(tokens(dense));
});

test("of two things that exclude each other, neither is left aside in silence", async () => {
  const clash = ["generate", "model", "hello", "--prompt", "hi", "--raw", "--system", "be kind"];
  const { code, stderr } = await runProgram(clash);
  expect(code).toBe(2);
  expect(stderr).toContain("--raw and --system are both given");
  expect(stderr).toContain("a prompt and --prompt are both given");
});

test("Ctrl-C ends an answer, exit code 130", async () => {
  const cwd = makeFolder();
  await makeToyModel(join(cwd, "model"));
  const ask = ["generate", "model", "Tell all you know.", "--max-tokens", "100000"];
  const { process, ended } = startProgram(ask, { cwd });
  await once(process.stdout as NodeJS.ReadableStream, "data");
  process.kill("SIGINT");
  expect(await ended).toMatchObject({ code: 130 });
});

test("an adapter answers as it learned to, whatever became of its template file; another base is told", async () => {
  const cwd = makeFolder();
  for (const name of ["model", "other"]) await makeToyModel(join(cwd, name));
  const weights = join(cwd, "other", "model.safetensors");
  writeFileSync(weights, new Uint8Array(readFileSync(weights)).fill(0, -64));
  writeRows(join(cwd, "rows.jsonl"), 4);
  const template = join(cwd, "mine.txt");
  writeFileSync(template, "Question: {user}\nAnswer: {assistant}\n");
  const train = ["train", "start", "model", "rows.jsonl", "--iters", "1", "--template", "mine.txt"];
  expect(await runProgram(train, { cwd })).toMatchObject({ code: 0 });
  const answer = async (base = "model"): Promise<unknown> => {
    const ask = ["generate", base, "hi", "--adapter", "output", "--max-tokens", "4", "--json"];
    const { stdout } = await runProgram(ask, { cwd });
    const { promptTokens, tokenIds, warnings } = JSON.parse(stdout) as GeneratedText;
    return { promptTokens, tokenIds, warnings };
  };
  const before = await answer();
  expect(before).toMatchObject({ warnings: [] });
  writeFileSync(template, "Say something else: {user}\n{assistant}\n");
  expect(await answer()).toEqual(before);
  rmSync(template);
  expect(await answer()).toEqual(before);
  const told = expect.stringMatching(/trained on another model \(.*\/model\) than this one/);
  expect(await answer("other")).toMatchObject({ warnings: [told] });
  const again = ["--output", "again", "--init-adapter", "output/final_model", "--iters", "1"];
  const started = await runProgram(["train", "start", "other", "rows.jsonl", ...again], { cwd });
  expect(started.stderr + started.stdout).toContain("trained on another model");
  await makeToyModel(join(cwd, "third"), { seed: 9 });
  for (const ask of [
    ["generate", "third", "hi", "--adapter", "output"],
    ["train", "start", "third", "rows.jsonl", ...again, "--output", "third-output"],
  ]) {
    const { code, stderr } = await runProgram(ask, { cwd });
    expect({ ask, code }).toMatchObject({ code: 3 });
    expect(stderr).toMatch(
      /FT-ADAPTER-004.*third.*others than those that it was trained on.*model/s,
    );
  }
  const kept = JSON.parse(readFileSync(join(cwd, "output/config.json"), "utf8")) as object;
  expect(kept).toMatchObject({
    template: { name: "custom", text: expect.stringMatching(/^Quest/) },
  });
});

test("a run that trained every weight is a model, not an adapter", async () => {
  const cwd = makeFolder();
  await makeToyModel(join(cwd, "model"));
  writeRows(join(cwd, "rows.jsonl"), 4);
  const train = ["train", "start", "model", "rows.jsonl", "--method", "full", "--iters", "1"];
  expect(await runProgram(train, { cwd })).toMatchObject({ code: 0 });
  const { code, stderr } = await runProgram(["generate", "model", "hi", "--adapter", "output"], {
    cwd,
  });
  expect(code).toBe(3);
  expect(stderr).toContain("FT-GENERATE-004");
  expect(stderr).toMatch(/hint: give it as the model: ft generate .*output\/final_model/);
});

test("an answer is held to a schema, a pattern or a grammar; what nothing satisfies is refused", async () => {
  const cwd = makeFolder();
  await makeToyModel(join(cwd, "model"));
  const ask = ["generate", "model", "hello", "--max-tokens", "60", "--temperature", "1", "--json"];
  const answer = async (limit: readonly string[]): Promise<GeneratedText> =>
    JSON.parse((await runProgram([...ask, ...limit], { cwd })).stdout) as GeneratedText;
  const schema = {
    type: "object",
    properties: { size: { enum: ["s", "m"] }, count: { type: "integer", minimum: 1, maximum: 9 } },
    required: ["size", "count"],
  };
  writeFileSync(join(cwd, "schema.json"), JSON.stringify(schema));
  const inline = await answer(["--json-schema", JSON.stringify(schema)]);
  expect(JSON.parse(inline.text)).toEqual({
    size: expect.stringMatching(/^[sm]$/),
    count: expect.any(Number),
  });
  expect(inline.finishReason).toBe("stop");
  expect(await answer(["--json-schema", "schema.json"])).toMatchObject({ text: inline.text });
  expect((await answer(["--regex", "[a-c]{3}-[0-9]{2}"])).text).toMatch(/^[a-c]{3}-[0-9]{2}$/);
  writeFileSync(join(cwd, "g.gbnf"), 'root ::= ("yes" | "no") "!"\n');
  expect((await answer(["--grammar", "g.gbnf"])).text).toMatch(/^(yes|no)!$/);
  const none = ["--json-schema", '{"type": "integer", "minimum": 3, "maximum": 2}'];
  const refused = await runProgram([...ask.slice(0, -1), ...none], { cwd });
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining("FT-CONSTRAINT-003") });
  const missing = await runProgram([...ask.slice(0, -1), "--grammar", "none.gbnf"], { cwd });
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining("none.gbnf") });
});
