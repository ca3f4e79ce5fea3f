// Every command line of the README is run, in its order, in one folder. A toy model stands in for those that would be
// fetched; the run of make quick does two steps, the benchmark asks four questions. `make quick` itself: quick.test.ts.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { blocksOf, root } from "../support/documents.ts";
import { makeFolder } from "../support/folders.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { makeToyModel, writeRows } from "../support/toy-model.ts";

/** Lines of the README that begin with `ft`, without what follows a #. */
const lines = blocksOf("README.md")
  .flatMap(({ text }) => text.split("\n"))
  .filter((line) => line.startsWith("ft "))
  .map((line) => line.replace(/\s+#.*$/, ""));

const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");

/** Commands that go on until they are stopped, and what they print when they listen. */
const servers: Readonly<Record<string, string[]>> = {
  serve: ["--port", "0"],
  studio: ["--port", "0"],
};

const shortened: Readonly<Record<string, string[]>> = { benchmark: ["-n", "4"] };

async function listens(args: readonly string[], cwd: string): Promise<void> {
  const started = startProgram(args, { cwd, env: { FT_HOME: join(cwd, "home") } });
  const listening = new Promise<void>((resolve) => {
    const look = (chunk: Buffer): void => {
      if (/https?:\/\/127\.0\.0\.1:\d+/.test(chunk.toString())) resolve();
    };
    started.process.stdout?.on("data", look);
    started.process.stderr?.on("data", look);
  });
  const early = started.ended.then(({ code, stderr }) => {
    throw new Error(`${args[0]} ended with ${code}: ${stderr}`);
  });
  await Promise.race([listening, early]);
  early.catch(() => undefined);
  started.process.kill("SIGINT");
  expect([0, 130]).toContain((await started.ended).code);
}

test("each command of the README does what it says", { timeout: 600_000 }, async () => {
  const cwd = makeFolder();
  const model = await makeToyModel(join(cwd, "model"));
  for (const name of ["rows.jsonl", "chats.jsonl"]) writeRows(join(cwd, name), 12);
  const asked = Array.from({ length: 12 }, (_, at) => `What is ${at}?,It is ${at}.`);
  writeFileSync(join(cwd, "questions.csv"), `${["question,answer", ...asked].join("\n")}\n`);
  const instead = (text: string): string =>
    text.replaceAll(/HuggingFaceTB\/SmolLM2-135M-Instruct|builtin\/(smollm2|tiny)/g, model);
  mkdirSync(join(cwd, "configs"));
  for (const name of ["quick-smollm2.yaml", "quick-tiny.yaml"]) {
    const config = instead(readFileSync(join(root, "configs", name), "utf8"))
      .replace(/train_file: .*/, "train_file: rows.jsonl")
      .replace(/iters: \d+/, "iters: 2");
    writeFileSync(join(cwd, "configs", name), config);
  }
  expect(lines.length).toBeGreaterThan(8);
  for (const line of lines) {
    const [, ...args] = wordsOf(instead(line));
    const port = servers[args[0] ?? ""];
    if (port !== undefined) {
      await listens([...args, ...port], cwd);
      continue;
    }
    const all = [...args, ...(shortened[args[0] ?? ""] ?? [])];
    const ended = await runProgram(all, { cwd, env: { FT_HOME: join(cwd, "home") } });
    expect(ended.code, `${line}\n${ended.stderr}`).toBe(0);
  }
  const adapter = join(cwd, "tuned/final_model/adapters.safetensors");
  expect(readFileSync(adapter).length).toBeGreaterThan(100);
});
