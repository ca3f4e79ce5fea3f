// `ft data prepare`: rows of files, of sets of a fake hub, and mixtures that the seed decides.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakeHub } from "../support/fake-hub.ts";
import { makeFolder } from "../support/folders.ts";
import { type Ended, runProgram } from "../support/program.ts";

const hub = new FakeHub();
let env: Record<string, string>;
let cwd: string;

const lines = (rows: readonly unknown[]): Buffer =>
  Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
const turns = (at: number): unknown[] => [
  { role: "user", content: `Q${at}` },
  { role: "assistant", content: `A${at}` },
];
const numbers = Array.from({ length: 20 }, (_, at) => at);
const commit = (letter: string): { main: string } => ({ main: letter.repeat(40) });

beforeAll(async () => {
  const endpoint = await hub.start();
  cwd = makeFolder();
  const home = { FT_HOME: join(cwd, "home"), HF_HOME: join(cwd, "cache") };
  env = { HF_ENDPOINT: endpoint, HF_HUB_OFFLINE: "0", ...home };
  const parquet = readFileSync(new URL("../fixtures/parquet/chat-snappy.parquet", import.meta.url));
  hub.repositories["datasets/HuggingFaceH4/ultrachat_200k"] = {
    refs: commit("a"),
    tags: ["license:mit"],
    files: {
      "data/train_sft-00000-of-00002.parquet": parquet,
      "data/train_sft-00001-of-00002.parquet": parquet,
      "data/test_sft-00000-of-00001.parquet": parquet,
    },
  };
  hub.repositories["datasets/lmsys/lmsys-chat-1m"] = {
    refs: commit("b"),
    files: {
      "train.jsonl": lines(numbers.map((at) => ({ conversation: turns(at), model: "vicuna" }))),
    },
  };
  hub.repositories["datasets/Magpie-Align/magpie-llama-3.1-pro-300k-filtered"] = {
    refs: commit("c"),
    files: {
      "train.jsonl": lines(
        numbers.map((at) => ({
          conversations: [
            { from: "human", value: `M${at}` },
            { from: "gpt", value: `N${at}` },
          ],
        })),
      ),
    },
  };
  hub.repositories["datasets/allenai/prosocial-dialog"] = {
    refs: commit("d"),
    files: {
      "train.json": lines(
        numbers.map((at) => ({ context: `C${at}`, response: `R${at}`, safety_label: "ok" })),
      ),
    },
  };
});
afterAll(() => hub.stop());

const ft = (...args: string[]): Promise<Ended> => runProgram(args, { cwd, env });
const rowsOf = (file: string): unknown[] =>
  readFileSync(join(cwd, file), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);

test("the first rows of a split, from no more files than that takes", async () => {
  const args = ["--hf", "HuggingFaceH4/ultrachat_200k", "--split", "train_sft"];
  const ended = await ft(
    "data",
    "prepare",
    ...args,
    "--max-examples",
    "3",
    "-o",
    "o.jsonl",
    "--json",
  );
  expect(ended).toMatchObject({ code: 0 });
  expect(JSON.parse(ended.stdout)).toMatchObject({
    written: 3,
    sources: [{ commit: "a".repeat(40), license: "mit" }],
  });
  expect(rowsOf("o.jsonl")).toHaveLength(3);
  expect(rowsOf("o.jsonl")[0]).toEqual({
    messages: [
      { role: "user", content: "Hi 0" },
      { role: "assistant", content: "Grüß dich 🙂 0" },
    ],
  });
  const fetched = hub.blobsAsked().map((line) => line.split("/").at(-1));
  expect(fetched).toEqual(["train_sft-00000-of-00002.parquet"]);
  const more = await ft("dataset", "prepare", ...args, "--max-examples", "7", "-o", "p.jsonl");
  expect(more).toMatchObject({ code: 0 });
  expect(rowsOf("p.jsonl")).toHaveLength(7);
});

test("three sets mixed: as many of each as asked, the same ones for the same seed", async () => {
  const args = ["--lmsys-samples", "2", "--magpie-samples", "2", "--prosocial-samples", "2"];
  for (const [seed, out] of [
    ["42", "a.jsonl"],
    ["42", "b.jsonl"],
    ["43", "c.jsonl"],
  ] as const)
    expect(await ft("data", "prepare", ...args, "--seed", seed, "-o", out)).toMatchObject({
      code: 0,
    });
  const first = rowsOf("a.jsonl") as { messages: { role: string; content: string }[] }[];
  expect(first).toHaveLength(6);
  const kinds = first.map(({ messages }) => messages[0]?.content[0]).toSorted();
  expect(kinds).toEqual(["C", "C", "M", "M", "Q", "Q"]);
  for (const { messages } of first)
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
  expect(readFileSync(join(cwd, "b.jsonl"))).toEqual(readFileSync(join(cwd, "a.jsonl")));
  expect(readFileSync(join(cwd, "c.jsonl"))).not.toEqual(readFileSync(join(cwd, "a.jsonl")));
});

test("files of any kind, columns by name, and what is no row told", async () => {
  writeFileSync(join(cwd, "faq.csv"), "question,answer,topic\nHow?,So.,a\nWhy?,,b\n");
  writeFileSync(join(cwd, "chat.jsonl"), lines([{ dialogue: turns(1) }, { note: "none" }]));
  const columns = ["--columns", "prompt=question,completion=answer"];
  const ended = await ft("data", "prepare", "faq.csv", ...columns, "-o", "faq.jsonl", "--json");
  expect(ended).toMatchObject({ code: 0 });
  expect(rowsOf("faq.jsonl")).toEqual([
    {
      messages: [
        { role: "user", content: "How?" },
        { role: "assistant", content: "So." },
      ],
    },
  ]);
  expect(JSON.parse(ended.stdout)).toMatchObject({ written: 1, leftOut: [{ line: 3 }] });
  const chat = await ft("data", "prepare", "chat.jsonl", "-o", "said.jsonl");
  expect(chat.stdout).toContain("left out: line 2");
  expect(rowsOf("said.jsonl")).toEqual([{ messages: turns(1) }]);
});

test("what cannot be done is told, and writes nothing", async () => {
  writeFileSync(join(cwd, "asked.csv"), "question,answer\nHow?,So.\n");
  const unknown = await ft("data", "prepare", "asked.csv", "-o", "none.jsonl");
  expect(unknown).toMatchObject({ code: 4 });
  expect(unknown.stderr).toContain("FT-PREPARE-003");
  expect(unknown.stderr).toContain("--columns");
  const unsaid = await ft("data", "prepare", "asked.csv");
  expect(unsaid).toMatchObject({ code: 2 });
  expect(unsaid.stderr).toMatch(/--out.* is needed/);
  const none = await ft("data", "prepare", "-o", "none.jsonl");
  expect(none).toMatchObject({ code: 2 });
  expect(none.stderr).toContain("FT-PREPARE-001");
  const few = await ft("data", "prepare", "--prosocial-samples", "21", "-o", "none.jsonl");
  expect(few.stderr).toContain(
    "hf://allenai/prosocial-dialog:train has 20 rows, 21 were asked for",
  );
  const missing = await ft("data", "prepare", "--hf", "org/none", "-o", "none.jsonl");
  expect(missing).toMatchObject({ code: 6 });
  expect(() => readFileSync(join(cwd, "none.jsonl"))).toThrow("ENOENT");
});

test("a table without ids loses none, whatever its lines are", async () => {
  writeFileSync(join(cwd, "table.csv"), "question,answer\nIs it?,It is.\n,\nWas it?,It was.\n");
  const columns = "prompt=question,completion=answer";
  const args = ["data", "prepare", "table.csv", "-o", "table.jsonl", "--columns", columns];
  const { code, stdout, stderr } = await ft(...args);
  expect(code).toBe(0);
  expect(stdout + stderr).not.toContain("id of");
  expect(readFileSync(join(cwd, "table.jsonl"), "utf8").trim().split("\n")).toHaveLength(2);
});
