// Where a run reads and writes: from another working folder, under ~, after a move, where it may not, and what else it takes.
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { makeFolder } from "../../support/folders.ts";
import { eventsOf, runProgram } from "../../support/program.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

let cwd: string;

beforeAll(async () => {
  cwd = makeFolder({ "mine.txt": "Q: {user} A: {assistant}", file: "" });
  await makeToyModel(join(cwd, "model"));
  writeRows(join(cwd, "rows.jsonl"), 8);
});

const start = (...options: string[]): string[] => {
  return ["train", "start", "model", "rows.jsonl", "--iters", "2", "--json", ...options];
};

test("relative paths, a template's too, are found again from another folder", async () => {
  const trained = await runProgram(start("--template", "./mine.txt", "-o", "far"), { cwd });
  expect(trained).toMatchObject({ code: 0 });
  const elsewhere = { cwd: makeFolder() };
  const run = join(cwd, "far");
  expect(await runProgram(["train", "resume", run], elsewhere)).toMatchObject({ code: 0 });
  const adapter = ["--adapter", join(run, "final_model"), "--max-tokens", "2"];
  const asked = ["generate", join(cwd, "model"), "hello", ...adapter];
  expect(await runProgram(asked, elsewhere)).toMatchObject({ code: 0 });
});

test("~ is the home folder", async () => {
  const home = makeFolder();
  const options = { cwd, env: { HOME: home } };
  const args = start("--template", "chatml", "--output=~/runs/one");
  expect(await runProgram(args, options)).toMatchObject({ code: 0 });
  expect(existsSync(join(home, "runs", "one", "final_model"))).toBe(true);
  expect((await runProgram(args, options)).stderr).toContain("FT-RUN-001");
  expect(await runProgram(["train", "resume", "~/runs/one"], options)).toMatchObject({ code: 0 });
});

test("a run that was moved is listed where it is, once it has been continued", async () => {
  const env = { FT_HOME: makeFolder() };
  await runProgram(start("--template", "chatml", "-o", "before"), { cwd, env });
  renameSync(join(cwd, "before"), join(cwd, "after"));
  expect(await runProgram(["train", "resume", "after"], { cwd, env })).toMatchObject({ code: 0 });
  const { stdout } = await runProgram(["runs", "list", "--json"], { env });
  expect((JSON.parse(stdout) as { runs: unknown[] }).runs).toMatchObject([
    { outputDir: join(cwd, "after"), status: "completed" },
  ]);
});

test("what a crash left half written goes when the run is continued", async () => {
  await runProgram(start("--template", "chatml", "-o", "crashed"), { cwd });
  const run = join(cwd, "crashed");
  const halves = [".final_model.tmp-1-00000000", "checkpoints/.step-2.tmp-1-00000000"];
  for (const half of halves) writeFileSync(join(run, half), "");
  writeFileSync(join(run, "final_model", "half"), "");
  expect(await runProgram(["train", "resume", run])).toMatchObject({ code: 0 });
  for (const half of halves) expect(existsSync(join(run, half))).toBe(false);
  expect(readdirSync(join(run, "final_model")).sort()).toEqual([
    "adapter_config.json",
    "adapters.safetensors",
    "ft-manifest.json",
  ]);
});

test("an index that cannot be written is told, and does not keep from training", async () => {
  const env = { FT_HOME: join(cwd, "file", "home") };
  const { code, stdout } = await runProgram(start("--template", "chatml", "-o", "unlisted"), {
    cwd,
    env,
  });
  expect(code).toBe(0);
  const notices = eventsOf(stdout).flatMap((event) =>
    event.type === "notice" ? [event.message] : [],
  );
  expect(notices).toContainEqual(expect.stringContaining("ft runs list will not show this run"));
});

test("an output folder that cannot be made is named, with a way on", async () => {
  const { code, stderr } = await runProgram(start("--template", "chatml", "-o", "file/out"), {
    cwd,
  });
  expect(code).toBe(1);
  expect(stderr).toContain(`FT-FILE-ENOTDIR: Part of the path is a file, not a folder: ${cwd}`);
  expect(stderr).toMatch(/^hint: .*--output/m);
});

test.runIf(process.platform === "linux")(
  "an output folder in a file system that takes none is refused, not tried for ever",
  async () => {
    const options = ["--template", "chatml", "-o", "/proc/x"];
    const { code, stderr } = await runProgram(start(...options), { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain("FT-FILE-ENOENT: No folder can be made here: /proc/x");
  },
);

test("rows that are piped in are trained on, and the run goes on without them", async () => {
  const rows = readFileSync(join(cwd, "rows.jsonl"), "utf8");
  const env = { FT_HOME: makeFolder() };
  const piped = ["train", "start", "model", "-", "--iters", "2", "--template", "chatml"];
  const options = { cwd, env, input: rows };
  const trained = await runProgram([...piped, "-o", "piped"], options);
  expect(trained).toMatchObject({ code: 0 });
  expect(trained.stderr).toContain("The rows piped in are kept in ");
  expect(await runProgram(["train", "resume", "piped"], { cwd, env })).toMatchObject({ code: 0 });
  const report = await runProgram(["train", "validate", "model", "-", "--json"], options);
  expect(JSON.parse(report.stdout)).toMatchObject({ data: { rows: 8 } });
});

test("a folder of tables and lines is trained on whole, and resumed over the same files", async () => {
  const folder = makeFolder({
    "a.tsv": "prompt\tcompletion\nWhat is 1?\tOne.\nWhat is 2?\tTwo.\n",
    "b.csv": "prompt;completion\nWhat is 3?;Three.\n",
    "c.jsonl": readFileSync(join(cwd, "rows.jsonl")),
  });
  const args = ["train", "start", "model", folder, "--iters", "2", "--json", "--val-split", "0"];
  const { code, stdout } = await runProgram([...args, "--template", "chatml", "-o", "mixed"], {
    cwd,
  });
  expect(code).toBe(0);
  const [begun] = eventsOf(stdout);
  expect(begun).toMatchObject({ dataset: { trainRows: 11 } });
  expect(await runProgram(["train", "resume", "mixed"], { cwd })).toMatchObject({ code: 0 });
  renameSync(join(folder, "a.tsv"), join(folder, "z.tsv"));
  const moved = await runProgram(["train", "resume", "mixed"], { cwd });
  expect(moved.code).toBe(4);
  expect(moved.stderr).toContain("content changed");
});

test("rows that cannot be used are left out when that is asked for, told and listed", async () => {
  const bad = `${readFileSync(join(cwd, "rows.jsonl"), "utf8")}{"messages": []}\n{"messages":\n`;
  writeFileSync(join(cwd, "some-bad.jsonl"), bad);
  const args = ["train", "start", "model", "some-bad.jsonl", "--iters", "2", "--json"];
  const asked = [...args, "--template", "chatml", "-o", "skipping", "--skip-bad-rows"];
  const refused = await runProgram(asked.slice(0, -1), { cwd });
  expect(refused.code).toBe(4);
  const { code, stdout } = await runProgram(asked, { cwd });
  expect(code).toBe(0);
  expect(eventsOf(stdout)).toContainEqual(
    expect.objectContaining({
      type: "notice",
      message: expect.stringMatching(
        /^2 rows cannot be used and are left out \(skipped-rows\.jsonl lists them\), as .*line 9, messages: is empty/,
      ),
    }),
  );
  const list = readFileSync(join(cwd, "skipping", "skipped-rows.jsonl"), "utf8");
  const listed = list
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
  expect(listed).toMatchObject([
    { line: 9, field: "messages" },
    { line: 10, kind: "unreadable" },
  ]);
  expect(await runProgram(["train", "resume", "skipping"], { cwd })).toMatchObject({ code: 0 });
  const report = ["train", "validate", "model", "some-bad.jsonl", "--skip-bad-rows"];
  const validated = await runProgram(report, { cwd });
  expect(validated.stdout).toContain(
    "Left out, because it cannot be used:\n  - some-bad.jsonl: line 9",
  );
});

test("what an extension registers can be asked for by name", async () => {
  const from = join(inject("runFolder"), "program");
  writeFileSync(
    join(cwd, "mine.mjs"),
    `import { templates } from ${JSON.stringify(join(from, "text/templates/index.js"))};
     import { profiles } from ${JSON.stringify(join(from, "app/config/profiles.js"))};
     templates.register("mine", templates.get("chatml"));
     profiles.register("small", { lora: { r: 3 } });`,
  );
  const options = ["--extension", "mine.mjs", "--template", "mine", "--profile", "small"];
  const { code, stdout, stderr } = await runProgram(start(...options, "-o", "extended"), { cwd });
  expect(code, stderr).toBe(0);
  expect(eventsOf(stdout)[0]).toMatchObject({
    config: { data: { template: "mine" }, lora: { r: 3 } },
  });

  const missing = await runProgram(start("--extension", "none.mjs"), { cwd });
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain("FT-USAGE-007: the extension none.mjs cannot be loaded");
});

test("a trainer that dies before the run has begun: no folder is offered to go on with", async () => {
  writeFileSync(join(cwd, "dies.mjs"), `if (process.send) process.kill(process.pid, "SIGKILL");`);
  const { code, stderr } = await runProgram(start("--extension", "dies.mjs", "-o", "dead"), {
    cwd,
  });
  expect(code).toBe(1);
  expect(stderr).toContain("FT-RUN-006");
  expect(stderr).not.toContain("ft train resume");
  expect(stderr).toContain("hint: a smaller --batch-size");
});

test("--resume takes nothing that the run would not follow", async () => {
  await runProgram(start("--template", "chatml", "-o", "again"), { cwd });
  const again = ["train", "start", "model", "rows.jsonl", "--resume", "again"];
  expect(await runProgram(again, { cwd })).toMatchObject({ code: 0 });
  const other = ["train", "start", "model", "file", "--resume", "again", "--dry-run"];
  const { code, stderr } = await runProgram([...other, "--epochs", "3"], { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain("takes no other DATASET, --dry-run, --epochs");
  expect(stderr).toContain("hint: ft train resume again");
});
