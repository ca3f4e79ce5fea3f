// What people get wrong: each mistake ends with its exit code, a message that names the thing and the mend, no stack,
// and nothing written.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { eventsOf, runProgram } from "../../support/program.ts";
import { makeToyModel, toyRow, writeRows } from "../../support/toy-model.ts";

let folder: string;

interface Mistake {
  what: string;
  model?: string;
  data?: string;
  options?: readonly string[];
  code: number;
  /** Must stand on stderr: the thing that is wrong, and what mends it. */
  says: readonly (string | RegExp)[];
}

/** A change of one byte run in a copy of the sound model's weights. */
function brokenWeights(name: string, change: (bytes: Buffer) => Buffer): void {
  const target = join(folder, name);
  cpSync(join(folder, "model"), target, { recursive: true });
  const file = join(target, "model.safetensors");
  writeFileSync(file, change(readFileSync(file)));
}

/** The same file with another header. */
function withHeader(bytes: Buffer, change: (header: Record<string, Entry>) => void): Buffer {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString("utf8")) as Record<
    string,
    Entry
  >;
  change(header);
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, bytes.subarray(8 + length)]);
}

interface Entry {
  data_offsets: [number, number];
}

function without(name: string, file: string): void {
  const target = join(folder, name);
  cpSync(join(folder, "model"), target, { recursive: true });
  rmSync(join(target, file));
}

beforeAll(async () => {
  folder = join(inject("runFolder"), "bad-input");
  await makeToyModel(join(folder, "model"));
  writeRows(join(folder, "rows.jsonl"), 6);
  const long = {
    messages: [
      { role: "user", content: "why ".repeat(50) },
      { role: "assistant", content: "so" },
    ],
  };
  writeRows(join(folder, "long.jsonl"), [long, long]);
  writeRows(join(folder, "no-assistant.jsonl"), [
    toyRow(1),
    { messages: [{ role: "user", content: "Is anyone there?" }] },
  ]);
  writeFileSync(join(folder, "bad-line.jsonl"), `${JSON.stringify(toyRow(1))}\n{"messages": [\n`);
  writeFileSync(join(folder, "empty.jsonl"), "");
  writeFileSync(join(folder, "typo.yml"), "optimization:\n  learning_rte: 0.1\n");
  mkdirSync(join(folder, "full-of-things"));
  writeFileSync(join(folder, "full-of-things", "thesis.txt"), "do not overwrite");
  brokenWeights("truncated", (bytes) => bytes.subarray(0, bytes.length - 1000));
  brokenWeights("overlapping", (bytes) =>
    withHeader(bytes, (header) => {
      const [, second] = Object.values(header).filter((entry) => "data_offsets" in entry);
      if (second !== undefined)
        second.data_offsets = second.data_offsets.map((at) => Math.max(0, at - 8)) as [
          number,
          number,
        ];
    }),
  );
  without("no-tokenizer", "tokenizer.json");
  without("pickle", "model.safetensors");
  writeFileSync(join(folder, "pickle", "pytorch_model.bin"), "not looked at");
  without("unknown-type", "config.json");
  writeFileSync(
    join(folder, "unknown-type", "config.json"),
    JSON.stringify({ model_type: "lama" }),
  );
  copyFileSync(join(folder, "rows.jsonl"), join(folder, "rows.parquet"));
});

const mistakes: Mistake[] = [
  { what: "a missing data file", data: "rows.json", code: 4, says: ["rows.json", "rows.jsonl"] },
  {
    what: "a line that is not JSON",
    data: "bad-line.jsonl",
    code: 4,
    says: ["bad-line.jsonl", /line 2|:2/],
  },
  { what: "an empty file", data: "empty.jsonl", code: 4, says: ["empty.jsonl", /no rows|empty/] },
  {
    what: "a kind of file that cannot be read",
    data: "rows.parquet",
    code: 4,
    says: [/\.parquet/],
  },
  {
    what: "a conversation without an answer",
    data: "no-assistant.jsonl",
    code: 4,
    says: ["no-assistant.jsonl", /line 2|:2/, "assistant"],
  },
  {
    what: "a maximum length that cuts everything",
    data: "long.jsonl",
    options: ["--max-length", "16"],
    code: 4,
    says: ["long.jsonl", "FT-DATA-030", "--max-length"],
  },
  {
    what: "an unknown configuration key",
    options: ["--config", "typo.yml"],
    code: 3,
    says: ["typo.yml", "learning_rte", "learning_rate"],
  },
  { what: "an unknown flag", options: ["--epoch", "3"], code: 2, says: ["--epoch", "--epochs"] },
  {
    what: "a negative rank",
    options: ["--lora-rank=-4"],
    code: 3,
    says: ["LoRA rank must be positive"],
  },
  { what: "an unknown profile", options: ["--profile", "chatt"], code: 3, says: ["chatt", "chat"] },
  {
    what: "a misspelt target module",
    options: ["--target-modules", "q_porj"],
    code: 3,
    says: ["q_porj", "--target-modules q_proj"],
  },
  {
    what: "an adapter to start from that is not there",
    options: ["--init-adapter", "nowhere"],
    code: 3,
    says: ["nowhere"],
  },
  { what: "an unknown model type", model: "unknown-type", code: 3, says: ["lama", "llama"] },
  { what: "a missing model folder", model: "./modell", code: 3, says: ["modell"] },
  {
    what: "weights only as a pickle",
    model: "pickle",
    code: 3,
    says: ["pytorch_model.bin", "safetensors"],
  },
  { what: "a model without a tokenizer", model: "no-tokenizer", code: 3, says: ["tokenizer"] },
  {
    what: "truncated weights",
    model: "truncated",
    code: 7,
    says: ["model.safetensors", "copy the file again"],
  },
  {
    what: "weights whose tensors overlap",
    model: "overlapping",
    code: 7,
    says: ["model.safetensors", "overlap"],
  },
];

const tried = (mistake: Mistake, output: string): string[] => {
  const { model = "model", data = "rows.jsonl", options = [] } = mistake;
  return ["train", "start", model, data, "--output", output, ...options];
};

describe.each(mistakes)("$what", (mistake) => {
  test(`exits with ${mistake.code}, names it, writes nothing`, async () => {
    const { code, stdout, stderr } = await runProgram(tried(mistake, "out"), { cwd: folder });
    for (const said of mistake.says) expect(stderr).toMatch(said);
    expect(stderr).toMatch(/^error FT-[A-Z]+-[A-Z0-9]+: /m);
    expect(stderr).toMatch(/^hint: ./m);
    expect(stderr).not.toMatch(/^\s+at .*\.[jt]s/m);
    expect(stdout).toBe("");
    expect(code).toBe(mistake.code);
    expect(existsSync(join(folder, "out"))).toBe(false);
  });
});

test("an output folder with other things in it is left alone", async () => {
  const mistake: Mistake = { what: "", code: 3, says: [] };
  const { code, stderr } = await runProgram(tried(mistake, "full-of-things"), { cwd: folder });
  expect(code).toBe(3);
  expect(stderr).toContain("The output folder is not empty: full-of-things");
  expect(stderr).toContain("--output");
  expect(existsSync(join(folder, "full-of-things", "config.json"))).toBe(false);
});

test("a learning rate that explodes: the run fails and says what to try", async () => {
  const options = [
    "--lr",
    "1e30",
    "--iters",
    "30",
    "--method",
    "full",
    "--warmup-steps",
    "0",
    "--json",
  ];
  const mistake: Mistake = { what: "", code: 1, says: [], options };
  const { code, stdout, stderr } = await runProgram(tried(mistake, "exploded"), { cwd: folder });
  expect(code).toBe(1);
  expect(eventsOf(stdout).at(-1)).toMatchObject({ type: "run-failed", code: "FT-TRAIN-001" });
  expect(stderr).toMatch(/hint: .*--lr/);
  const { stdout: list } = await runProgram(["runs", "list", "--json"]);
  const { runs } = JSON.parse(list) as { runs: { outputDir: string; status: string }[] };
  expect(runs.find((run) => run.outputDir.endsWith("exploded"))?.status).toBe("failed");
});
