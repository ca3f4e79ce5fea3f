// ft evaluate: a model's answers scored and written down, finished predictions, and what is refused.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";
import { makeToyModel, writeRows } from "../support/toy-model.ts";

interface Evaluation {
  model: string;
  scores: Record<string, number>;
  samples: number;
  seconds: number;
  resultsFile: string;
  signature: string;
}

interface ResultRow {
  index: number;
  prediction: string;
  references: string[];
  loss: { sum: number; tokens: number };
  scores: Record<string, number>;
  samples?: { prediction: string; passed: boolean; reason: string; seed: number }[];
}

interface Judged extends Evaluation {
  judge: {
    resultsFile: string;
    cost: { calls: number; promptTokens: number };
    criteria: Record<string, { agreement: object | null }>;
  };
}

interface Judgement {
  replies: [{ right: { score: number } }];
}

const rowsOf = (file: string): ResultRow[] =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as ResultRow);

describe("a model", () => {
  let cwd: string;
  const ask = [
    ...["evaluate", "model", "--data", "rows.jsonl", "--max-gen-length", "4", "--json"],
    ...["--metrics", "exact_match,rougeL,perplexity", "--template", "chatml"],
  ];

  beforeAll(async () => {
    cwd = join(inject("runFolder"), "evaluate");
    await makeToyModel(join(cwd, "model"));
    writeRows(join(cwd, "rows.jsonl"), 9);
  });

  test("is scored as its file of answers says", async () => {
    const ended = await runProgram([...ask, "-n", "6"], { cwd });
    expect(ended.code, ended.stderr).toBe(0);
    const found = JSON.parse(ended.stdout) as Evaluation;
    expect(found).toMatchObject({ model: expect.stringContaining("model") as string, samples: 6 });
    expect(found.signature).toBe(
      "exact_match=stripped; rougeL=f|mean|stemmer:yes; perplexity=tokens",
    );
    const rows = rowsOf(found.resultsFile);
    expect(rows.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    const [sum, tokens] = ["sum", "tokens"].map((key) =>
      rows.reduce((all, { loss }) => all + loss[key as "sum"], 0),
    ) as [number, number];
    expect(found.scores["perplexity"]).toBeCloseTo(Math.exp(sum / tokens), 9);
    const right = rows.filter((row) => row.prediction.trim() === row.references[0]?.trim());
    expect(found.scores["exact_match"]).toBeCloseTo(right.length / 6, 12);
  });

  test("goes on with its answers after a crash, and refuses those to another question", async () => {
    const whole = [...ask, "-o", "once"];
    const first = JSON.parse((await runProgram(whole, { cwd })).stdout) as Evaluation;
    const text = readFileSync(first.resultsFile, "utf8");
    const lines = text.split("\n");
    // three answers and a half, and one that is marked, to see that it is not asked again
    const kept = lines
      .slice(0, 3)
      .map((line) => line.replace('"finishReason":', '"marked":true,"finishReason":'));
    writeFileSync(first.resultsFile, `${kept.join("\n")}\n${lines[3]?.slice(0, 20)}`);
    const again = JSON.parse((await runProgram(whole, { cwd })).stdout) as Evaluation;
    expect(again.scores).toEqual(first.scores);
    expect(readFileSync(again.resultsFile, "utf8").replaceAll('"marked":true,', "")).toBe(text);
    expect(readFileSync(again.resultsFile, "utf8").match(/"marked"/g)).toHaveLength(3);
    const other = await runProgram([...whole.slice(0, -2), "-o", "once", "--seed", "7"], { cwd });
    expect(other).toMatchObject({
      code: 2,
      stdout: expect.stringContaining("FT-EVAL-006") as string,
    });
    expect(other.stdout).toMatch(/it differs in seed/);
    expect(other.stdout).toContain("run the same command with --output once-2");
  });

  test("without --output, another question gets a folder of its own, where it goes on", async () => {
    const own = makeFolder();
    const here = ask.map((word) => (/^(model|rows.jsonl)$/.test(word) ? join(cwd, word) : word));
    const folderOf = async (...more: string[]): Promise<string> => {
      const ended = await runProgram([...here, ...more], { cwd: own });
      expect(ended.code, ended.stdout).toBe(0);
      return basename(dirname((JSON.parse(ended.stdout) as Evaluation).resultsFile));
    };
    expect(await folderOf()).toBe("evaluation");
    expect(await folderOf("--seed", "7")).toBe("evaluation-2");
    expect(await folderOf()).toBe("evaluation");
    const told = await runProgram([...here.filter((word) => word !== "--json"), "--seed", "7"], {
      cwd: own,
    });
    expect(told.stderr).toContain(
      "evaluation/ holds another evaluation, so this one is in evaluation-2/",
    );
    expect(readdirSync(own).sort()).toEqual(["evaluation", "evaluation-2"]);
  });

  test("rows that somebody changed, and those after them, are asked again", async () => {
    const whole = [...ask, "-o", "changed"];
    const first = JSON.parse((await runProgram(whole, { cwd })).stdout) as Evaluation;
    const text = readFileSync(first.resultsFile, "utf8");
    const lines = text.trimEnd().split("\n");
    const broken = [
      [...lines.slice(0, 2), "null", ...lines.slice(2)],
      [...lines.slice(0, 2), "{broken", ...lines.slice(2)],
      [...lines.slice(0, 3), ...lines.slice(2)],
      [lines[0], lines[1]?.replace('"prediction":', '"prediction":7,"was":'), ...lines.slice(2)],
      [...lines, lines[0]?.replace('"index":0', `"index":${lines.length}`)],
    ];
    for (const rows of broken) {
      writeFileSync(first.resultsFile, `${rows.join("\n")}\n`);
      const again = await runProgram(whole, { cwd });
      expect(again.code, again.stdout).toBe(0);
      expect((JSON.parse(again.stdout) as Evaluation).scores).toEqual(first.scores);
      expect(readFileSync(first.resultsFile, "utf8")).toBe(text);
    }
    writeFileSync(join(cwd, "changed", "evaluation.json"), "{broken");
    const unknown = await runProgram(whole, { cwd });
    expect(unknown).toMatchObject({
      code: 2,
      stdout: expect.stringContaining("FT-EVAL-006") as string,
    });
  });

  test("metrics look at fields of the row, which go with the answers", async () => {
    const schema = "CREATE TABLE a (b INT)";
    const messages = [
      { role: "user", content: "How many?" },
      { role: "assistant", content: "SELECT COUNT(*) FROM a" },
    ];
    const call = { function: { name: "count", arguments: { of: "a" } } };
    const calling = [messages[0], { role: "assistant", tool_calls: [call] }];
    writeRows(join(cwd, "fields.jsonl"), [
      { messages, schema, unseen: 1 },
      { messages: calling, schema: { type: "object" } },
    ]);
    const args = ["--data", "fields.jsonl", "-o", "fields", "--max-gen-length", "3", "--json"];
    const metrics = "sql_match,schema_valid,tool_calls,tool_call_f1";
    const ended = await runProgram(["evaluate", "model", ...args, "-m", metrics, "-t", "chatml"], {
      cwd,
    });
    expect(ended.code, ended.stderr).toBe(0);
    const found = JSON.parse(ended.stdout) as Evaluation;
    expect(found).toMatchObject({ samples: 2, scores: { sql_match: 0, tool_call_f1: 0.5 } });
    expect(found.signature).toMatch(/untried:1; schema_valid=ajv\|without:1; /);
    const rows = readFileSync(found.resultsFile, "utf8").trim().split("\n");
    expect(JSON.parse(rows[0] ?? "")).toMatchObject({ fields: { schema }, referenceCalls: [] });
    expect(rows[1]).toMatch(/"calls":\[\],"referenceCalls":\[\{"name":"count"/);
    expect(rows[0]).not.toMatch(/unseen/);
    // and are scored the same from there
    const again = ["evaluate", "--predictions", found.resultsFile, "-m", metrics, "--json"];
    const second = JSON.parse((await runProgram(again)).stdout) as Evaluation;
    expect(second).toMatchObject({ scores: found.scores, signature: found.signature });
  });

  test("long texts are read whole in windows, and scores are given by a field", async () => {
    const text = "one two three four five six seven eight nine ten ".repeat(3);
    writeRows(join(cwd, "texts.jsonl"), [
      { text, domain: "a" },
      { text: "a b c", domain: "b" },
      { text: text.toUpperCase(), domain: "a" },
      { text: "d" },
    ]);
    const args = ["evaluate", "model", "-d", "texts.jsonl", "-m", "perplexity", "--window", "16"];
    const more = [...args, "--stride", "8", "--by", "domain"];
    const cut = JSON.parse(
      (await runProgram([...args, "-o", "cut", "--json"], { cwd })).stdout,
    ) as Evaluation;
    const ended = await runProgram([...more, "-o", "whole", "--json"], { cwd });
    expect(ended.code, ended.stderr).toBe(0);
    const found = JSON.parse(ended.stdout) as Evaluation & {
      groups: Record<string, { samples: number; scores: Record<string, number> }>;
    };
    const tokens = [cut, found].map(({ resultsFile }) =>
      rowsOf(resultsFile).map(({ loss }) => loss.tokens),
    );
    expect(tokens[0]?.[0]).toBe(15);
    expect(tokens[1]?.[0]).toBeGreaterThan(30);
    expect(tokens[1]?.[1]).toBe(tokens[0]?.[1]);
    const rows = rowsOf(found.resultsFile);
    const of = (which: number[]): number => {
      const own = which.map((at) => rows[at]?.loss ?? { sum: 0, tokens: 0 });
      const sum = (key: "sum" | "tokens"): number => own.reduce((all, one) => all + one[key], 0);
      return Math.exp(sum("sum") / sum("tokens"));
    };
    expect(Object.keys(found.groups)).toEqual(["a", "b", "(none)"]);
    expect(found.groups["a"]?.samples).toBe(2);
    expect(found.groups["a"]?.scores["perplexity"]).toBeCloseTo(of([0, 2]), 9);
    expect(found.groups["(none)"]?.scores["perplexity"]).toBeCloseTo(of([3]), 9);
    const shown = await runProgram([...more, "-o", "whole"], { cwd });
    expect(shown.stdout).toMatch(/GROUP +ROWS +perplexity\na +2 +\d/);
  });

  test("several answers a row are checked by a program of the user's, and gone on with", async () => {
    const seen = join(cwd, "seen");
    const checker = `
      import { appendFileSync, readFileSync } from "node:fs";
      const { answer, row, index, sample } = JSON.parse(readFileSync(0, "utf8"));
      appendFileSync(${JSON.stringify(seen)}, index + "." + sample + "\\n");
      console.log(row.messages.length);
      process.exit(answer.length % 2);`;
    writeFileSync(join(cwd, "check.mjs"), checker);
    const args = ["evaluate", "model", "-d", "rows.jsonl", "-n", "4", "--max-gen-length", "3"];
    const more = ["--template", "chatml", "--checker", "check.mjs", "--samples", "3"];
    const whole = [...args, ...more, "--pass-k", "1,2", "-o", "checked", "--json"];
    const ended = await runProgram(whole, { cwd });
    expect(ended.code, ended.stderr).toBe(0);
    const found = JSON.parse(ended.stdout) as Evaluation;
    expect(found.signature).toMatch(
      /^pass@1=unbiased\|n:3; pass@2=unbiased\|n:3; answers=first of 3; checker=[0-9a-f]{12}\|temperature:0\.8$/,
    );
    const text = readFileSync(found.resultsFile, "utf8");
    const rows = rowsOf(found.resultsFile);
    expect(rows.map(({ samples }) => samples?.map(({ seed }) => seed))).toEqual([
      ...[
        [42, 43, 44],
        [45, 46, 47],
        [48, 49, 50],
        [51, 52, 53],
      ],
    ]);
    for (const { samples = [], scores, prediction } of rows) {
      expect(samples.map(({ passed }) => passed)).toEqual(
        samples.map((one) => one.prediction.length % 2 === 0),
      );
      expect(samples.map(({ reason }) => reason)).toEqual(["2", "2", "2"]);
      expect(prediction).toBe(samples[0]?.prediction);
      const passed = samples.filter((one) => one.passed).length;
      expect(scores["pass@1"]).toBeCloseTo(passed / 3, 12);
      expect(scores["pass@2"]).toBeCloseTo([0, 2 / 3, 1, 1][passed] ?? 0, 12);
    }
    const mean = rows.reduce((sum, { scores }) => sum + (scores["pass@1"] ?? 0), 0) / 4;
    expect(found.scores["pass@1"]).toBeCloseTo(mean, 12);
    // two rows are lost: they alone are drawn and checked again, in the same bytes
    writeFileSync(found.resultsFile, `${text.split("\n").slice(0, 2).join("\n")}\n`);
    writeFileSync(seen, "");
    const again = JSON.parse((await runProgram(whole, { cwd })).stdout) as Evaluation;
    expect(readFileSync(again.resultsFile, "utf8")).toBe(text);
    expect(readFileSync(seen, "utf8").trim().split("\n").toSorted()).toEqual([
      ...["2.0", "2.1", "2.2", "3.0", "3.1", "3.2"],
    ]);
    expect(again.scores).toEqual(found.scores);
    // another checker is another question
    writeFileSync(join(cwd, "check.mjs"), `${checker}\n`);
    const other = await runProgram(whole, { cwd });
    expect(other.stdout).toMatch(/FT-EVAL-006.*\n?.*differs in checker/s);
    // what was drawn is checked again without the model
    const drawn = ["evaluate", "--predictions", found.resultsFile, "--checker", "check.mjs"];
    const checked = await runProgram([...drawn, "-o", "again", "--pass-k", "1,2", "--json"], {
      cwd,
    });
    expect(checked.code, checked.stderr).toBe(0);
    expect(JSON.parse(checked.stdout)).toMatchObject({ samples: 4 });
    expect((JSON.parse(checked.stdout) as Evaluation).scores["pass@2"]).toBeLessThanOrEqual(1);
  });

  test("a trained adapter is asked by its run's folder, on the base that it names", async () => {
    const train = ["train", "quick", "model", "rows.jsonl", "--iters", "2", "--template", "chatml"];
    expect(await runProgram(train, { cwd })).toMatchObject({ code: 0 });
    const args = ["evaluate", "quick_output", "--dataset", "rows.jsonl", "-o", "tuned", "--json"];
    const ended = await runProgram([...args, "-n", "2", "--max-gen-length", "2"], { cwd });
    expect(ended.code, ended.stderr).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      adapter: join(cwd, "quick_output", "final_model"),
      scores: { exact_match: expect.any(Number) as number, rougeL: expect.any(Number) as number },
    });
  });
});

test("the shipped set has the name that configurations know it by", async () => {
  const cwd = makeFolder();
  const args = ["evaluate", "builtin/tiny", "-n", "2", "--max-gen-length", "2", "--json"];
  const [unnamed, named] = await Promise.all([
    runProgram([...args, "-o", "a"], { cwd }),
    runProgram([...args, "-o", "b", "--dataset", "builtin/text-to-sql"], { cwd }),
  ]);
  expect(named.code, named.stdout).toBe(0);
  const scores = [unnamed, named].map(({ stdout }) => (JSON.parse(stdout) as Evaluation).scores);
  expect(scores[1]).toEqual(scores[0]);
});

describe("a judge", () => {
  let cwd: string;
  const rubric = "scale: [1, 3]\ncriteria:\n  - {name: right, about: It is right.}\n";
  const file = ["--predictions", "answers.jsonl", "--rubric", "rubric.yaml"];

  beforeAll(async () => {
    cwd = join(inject("runFolder"), "judge");
    await makeToyModel(join(cwd, "judge"), { config: { max_position_embeddings: 2048 } });
    const sizes = { n_embd: 32, n_layer: 1, n_head: 4, n_positions: 64, n_ctx: 64 };
    await makeToyModel(join(cwd, "short"), { config: { model_type: "gpt2", ...sizes } });
    writeFileSync(join(cwd, "rubric.yaml"), rubric);
    writeRows(
      join(cwd, "answers.jsonl"),
      [3, 4, 5, 6].map((at) => ({ id: `q${at}`, prompt: "1 + 2?", prediction: String(at) })),
    );
  });

  const ask = (more: string[]): ReturnType<typeof runProgram> =>
    runProgram(["evaluate", ...file, ...more], { cwd });
  const json = async (more: string[]): Promise<Judged> =>
    JSON.parse((await ask([...more, "--json"])).stdout) as Judged;

  test("scores answers by a rubric, tells its cost first, and agrees with ratings as it does", async () => {
    const first = await ask(["--judge", "judge"]);
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toMatch(/judge is asked: 4 calls, \S+ tokens to read, .* at the speed/);
    expect(first.stdout).toMatch(/ {2}right: \d\.\d\d \(.*\) of 1 to 3/);
    const found = await json(["--judge", "judge"]);
    expect(found.judge.cost.calls).toBe(0);
    const rows = readFileSync(found.judge.resultsFile, "utf8");
    const scores = rows
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as Judgement).replies[0].right.score);
    for (const score of scores) expect([1, 2, 3]).toContain(score);
    const mean = scores.reduce((sum, one) => sum + one, 0) / 4;
    expect(found.scores["judge_right"]).toBeCloseTo(mean, 12);
    expect(found.judge).toMatchObject({ samples: 4, unjudged: 0, criteria: { right: { mean } } });
    // ratings that are the judge's own, and one of an answer by its id
    const own = scores.map((right, index) =>
      index === 3 ? { id: "q6", right } : { index, right },
    );
    writeRows(join(cwd, "ratings.jsonl"), own);
    writeFileSync(found.judge.resultsFile, `${rows.split("\n").slice(0, 3).join("\n")}\n`);
    const second = await json(["--judge", "judge", "--ratings", "ratings.jsonl"]);
    expect(second.judge.cost.calls).toBe(1);
    expect(second.judge.cost.promptTokens).toBeGreaterThan(100);
    expect(readFileSync(second.judge.resultsFile, "utf8")).toBe(rows);
    expect(second.judge.criteria["right"]?.agreement).toMatchObject({ count: 4, same: 1 });
    // another rubric is another question
    writeFileSync(join(cwd, "rubric.yaml"), rubric.replace("right.}", "true.}"));
    expect((await ask(["--judge", "judge"])).stderr).toMatch(/other judgements: they differ in/);
    writeFileSync(join(cwd, "rubric.yaml"), rubric);
  });

  test("that cannot read a question says how many it did not judge", async () => {
    const found = await json(["--judge", "short", "-o", "short-judge"]);
    expect(found.judge).toMatchObject({
      ...{ samples: 4, unjudged: 4, criteria: { right: { mean: null } } },
    });
    expect(found.scores).toEqual({});
  });

  test("without criteria, and ratings that are none, are refused", async () => {
    const bare = ["evaluate", "--predictions", "answers.jsonl", "--judge", "judge"];
    expect((await runProgram(bare, { cwd })).stderr).toMatch(/needs criteria/);
    expect((await ask(["--ratings", "r.jsonl"])).stderr).toMatch(/--rubric is given, and no judge/);
    writeRows(join(cwd, "bad.jsonl"), [
      { index: 0, right: 7 },
      { index: 9, right: 1 },
      { index: 1 },
    ]);
    const bad = await ask(["--judge", "judge", "--ratings", "bad.jsonl", "-o", "bad"]);
    expect(bad.code).toBe(4);
    expect(bad.stderr).toMatch(/line 1 right: '7' is none of 1, 2, 3/);
    expect(bad.stderr).toMatch(/line 2 names no answer/);
    expect(bad.stderr).toMatch(/line 3 rates nothing/);
  });
});

test("a task that comes with the program is asked by its name", async () => {
  const cwd = makeFolder();
  const args = ["evaluate", "builtin/tiny", "--task", "everyday-choice", "-n", "2"];
  const ended = await runProgram([...args, "--json"], { cwd });
  expect(ended.code, ended.stderr).toBe(0);
  expect(JSON.parse(ended.stdout)).toMatchObject({
    ...{ task: "everyday-choice", samples: 2, signature: "lm-eval|multiple_choice|shots:2" },
    scores: { acc: expect.any(Number) as number, acc_norm: expect.any(Number) as number },
  });
  expect((await runProgram(args, { cwd })).stdout).toMatch(
    /everyday-choice\nbuiltin\/tiny: 2 rows/,
  );
});

describe("finished predictions", () => {
  const file = (lines: readonly object[]): string => {
    const path = join(makeFolder(), "answers.jsonl");
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    return path;
  };

  test("are scored without a model", async () => {
    const path = file([
      { prediction: "the cat sat on mat", reference: "the cat sat on the mat" },
      { prediction: "b", references: ["a", "b"] },
    ]);
    const metrics = "exact_match,bleu,chrf,rouge1";
    const ended = await runProgram(["evaluate", "--predictions", path, "-m", metrics, "--json"]);
    const found = JSON.parse(ended.stdout) as Evaluation;
    expect(found).toMatchObject({ samples: 2, scores: { exact_match: 0.5 } });
    expect(Object.keys(found.scores)).toEqual(metrics.split(","));
    expect(found).toMatchObject({ model: null, resultsFile: null });
    const shown = await runProgram(["evaluate", "--predictions", path]);
    expect(shown.stdout).toMatch(/2 rows\n {2}exact_match: 0\.5000\n {2}rougeL: {6}0\.9545/);
  });

  test("of several answers a row are checked, without references", async () => {
    const cwd = makeFolder();
    const path = file([{ predictions: ["a", "b", "a", "b"] }, { predictions: ["b", "b", "b"] }]);
    writeFileSync(
      join(cwd, "check.cjs"),
      `process.stdin.on("data", (text) => {
      const { answer } = JSON.parse(text);
      console.log("it is " + answer);
      process.exitCode = answer === "a" ? 0 : 1;
    });`,
    );
    const args = ["evaluate", "--predictions", path, "--checker", "check.cjs"];
    const ended = await runProgram([...args, "--pass-k", "1,3", "--json"], { cwd });
    expect(ended.code, ended.stderr).toBe(0);
    const found = JSON.parse(ended.stdout) as Evaluation;
    // two of four: 1 − C(2, 3) / C(4, 3) is 1
    expect(found.scores).toEqual({ "pass@1": 0.25, "pass@3": 0.5 });
    expect(rowsOf(found.resultsFile)[1]?.samples?.[0]).toMatchObject({ reason: "it is b" });
    const few = await runProgram([...args, "--pass-k", "4", "-o", "few"], { cwd });
    expect(few).toMatchObject({ code: 2, stderr: expect.stringMatching(/in a row there are 3/) });
    const compared = await runProgram([...args, "-m", "exact_match", "-o", "x"], { cwd });
    expect(compared.stderr).toMatch(/line 1, reference: is missing/);
  });

  test("a checker that finds everything wrong for one reason is doubted", async () => {
    const cwd = makeFolder();
    writeFileSync(join(cwd, "check.mjs"), "throw new Error('no such module')");
    const path = file([{ prediction: "a" }, { prediction: "b" }]);
    const args = ["evaluate", "--predictions", path, "--checker", "check.mjs"];
    const { stderr, stdout } = await runProgram(args, { cwd });
    expect(stdout).toMatch(/pass@1: 0\.0000/);
    expect(stderr).toMatch(/warning: all 2 checks failed alike/);
  });

  test("that lack something are refused by line, and nothing is scored", async () => {
    const path = file([
      { prediction: "a", reference: "a" },
      { prediction: 7 },
      { prediction: "b" },
    ]);
    const { code, stderr } = await runProgram(["evaluate", "--predictions", path]);
    expect(code).toBe(4);
    expect(stderr).toMatch(/2 rows cannot be scored/);
    expect(stderr).toMatch(/line 2, prediction: .*\n.*line 3, reference: is missing/);
  });

  const refused: [args: string[], code: number, told: RegExp][] = [
    [[], 2, /nothing to evaluate/],
    [["model", "--predictions", "f.jsonl"], 2, /both given/],
    [["--predictions", "none.jsonl"], 4, /no such file/],
    [["--predictions", "none.jsonl", "-m", "perplexity"], 2, /needs the model itself/],
    [["--predictions", "none.jsonl", "-m", "rougel"], 2, /did you mean 'rougeL'/],
    [["model", "-m", ","], 2, /at least one metric/],
    [["model", "--stride", "9", "--window", "8"], 2, /skips tokens/],
    [["--predictions", "f.jsonl", "--task", "everyday-choice"], 2, /both given/],
    [["model", "--task", "none.yaml"], 4, /no such file/],
    [["model", "--checker", "none.mjs"], 2, /none\.mjs: there is no such file/],
    [["model", "-m", "pass@5"], 2, /pass@5 needs a program/],
    [["model", "--samples", "3"], 2, /several answers to a row need a program/],
    [
      ["model", "--checker", "/bin/true", "--pass-k", "5"],
      2,
      /at least 5 answers.*\n.*--samples 5/,
    ],
    [["model", "--checker", "/bin/true", "--task", "everyday-choice"], 2, /both given/],
    [
      ["model", "--schema", "none.json"],
      2,
      /none\.json: the file is missing or holds no JSON schema/,
    ],
  ];
  test.each(refused)("%j is refused", async (args, code, told) => {
    const ended = await runProgram(["evaluate", ...args], { cwd: makeFolder() });
    expect(ended.stderr).toMatch(told);
    expect(ended.code).toBe(code);
  });
});
