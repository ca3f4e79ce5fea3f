// ft data fix, convert and export: what is written, what is told of what is lost, and that nothing is half written.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseCsv } from "csv-parse/sync";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";
import { chatRow, jsonLines } from "../support/rows.ts";

const found = {
  source: "docs/a.md",
  messages: [
    { role: "user", content: "=1+1, what is it?" },
    { role: "assistant", content: 'Two, "of course".\nYes.' },
  ],
  rule: "labels",
  confidence: 0.9,
};
const made = {
  id: "x2",
  messages: [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Where do penguins live, and which penguins?" },
    { role: "assistant", content: "In the south." },
    { role: "user", content: "All?" },
    { role: "assistant", content: "Nearly." },
  ],
  meta: { split: "test", mode: "create" },
};

function workplace() {
  const folder = makeFolder({ "rows.jsonl": jsonLines([found, made, chatRow("q", "a")]) });
  const env = { FT_HOME: join(folder, "home") };
  const ft = (...args: string[]) => runProgram(["data", ...args], { cwd: folder, env });
  const json = async (...args: string[]) => {
    const { stdout, stderr, code } = await ft(...args, "--json");
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  return { folder, ft, json, read };
}

const services = ["openai", "anthropic", "google", "mistral", "llama"];

test("one set for five services has the same rows in each, out of a file or the store", async () => {
  const { ft, json, read } = workplace();
  await ft("import", "rows.jsonl", "--name", "set");
  for (const provider of services) {
    const told = await json(
      "export",
      "rows.jsonl",
      "--provider",
      provider,
      "-o",
      `${provider}.jsonl`,
    );
    expect(told).toMatchObject({ rows: 3, written: 3, refused: [] });
    const lines = read(`${provider}.jsonl`).trimEnd().split("\n");
    expect(lines.map((line) => line.includes("In the south."))).toEqual([false, true, false]);
    const profile = String(told["profile"]);
    const checked = JSON.parse(
      (await ft("validate", `${provider}.jsonl`, "--profile", profile, "--json")).stdout,
    ) as { counts: object };
    const known = ["too_few_records", "service_closing", "model_retired"];
    expect(
      Object.keys(checked.counts).filter((code) => !known.includes(code)),
      provider,
    ).toEqual([]);
  }
  await json("export", "set@1", "--provider", "llama", "-o", "again.jsonl");
  expect(read("again.jsonl")).toBe(read("llama.jsonl"));
});

test("metadata.csv has the facts of each row in their order, as RFC 4180 has them and safe to open", async () => {
  const { ft, read, json, folder } = workplace();
  await json("export", "rows.jsonl", "--provider", "openai", "-o", "out/train.jsonl");
  const text = read("out/metadata.csv");
  expect(text.split("\r\n")[0]).toBe(
    "sample_id,content_preview,token_length,topic_keywords,source_file,split,mode,content",
  );
  const rows = parseCsv(text, { columns: true, record_delimiter: "\r\n" }) as Record<
    string,
    string
  >[];
  expect(
    rows.map((row) => [row["sample_id"], row["source_file"], row["split"], row["mode"]]),
  ).toEqual([
    ["1", "docs/a.md", "", ""],
    ["x2", "", "test", "create"],
    ["3", "", "", ""],
  ]);
  expect(rows[0]?.["content"]).toBe(`'=1+1, what is it?\nTwo, "of course".\nYes.`);
  expect(rows[1]?.["topic_keywords"]).toBe("penguins; where; which");
  // 3 + 2 · 3 + the roles and "q", "a", of one token each
  expect(rows[2]?.["token_length"]).toBe("13");
  await json(
    "export",
    "rows.jsonl",
    "--provider",
    "openai",
    "-o",
    "plain/train.jsonl",
    "--no-metadata",
  );
  expect(existsSync(join(folder, "plain/metadata.csv"))).toBe(false);
  const taken = makeFolder({ "metadata.csv": "file_name,label\n" });
  const refused = await ft(
    "export",
    "rows.jsonl",
    "--provider",
    "openai",
    "-o",
    join(taken, "a.jsonl"),
  );
  expect(refused).toMatchObject({ code: 4 });
  expect(refused.stderr).toContain("FT-PROFILE-006");
});

test("CSV, Parquet, Markdown and a folder for the hub hold the same rows", async () => {
  const { json, read, folder } = workplace();
  const to = ["--provider", "trl", "--keep-source", "--no-metadata", "-o"];
  await json("export", "rows.jsonl", ...to, "rows.csv");
  const table = parseCsv(read("rows.csv"), { columns: true, record_delimiter: "\r\n" }) as Record<
    string,
    string
  >[];
  expect(JSON.parse(table[1]?.["messages"] ?? "")).toEqual(made.messages);
  expect(table[0]?.["source"]).toBe('{"file":"docs/a.md"}');
  await json("export", "rows.jsonl", ...to, "rows.parquet");
  const parquet = await parquetReadObjects({
    file: await asyncBufferFromFile(join(folder, "rows.parquet")),
  });
  expect(parquet.map((row) => row["messages"])).toEqual(table.map((row) => row["messages"]));
  await json("export", "rows.jsonl", ...to, "rows.md");
  expect(read("rows.md")).toContain("In the south.");
  await json("import", "rows.md", "--name", "read");
  await json("write", "read", "read.jsonl");
  const again = read("read.jsonl").trimEnd().split("\n");
  expect(again.map((line) => (JSON.parse(line) as { messages: unknown }).messages)).toEqual(
    table.map((row) => JSON.parse(row["messages"] ?? "") as unknown),
  );
  const told = await json("export", "rows.jsonl", ...to, "hub", "--format", "hf");
  expect(told).toMatchObject({ written: 3 });
  const [, head = ""] = read("hub/README.md").split("---\n");
  expect(parseYaml(head)).toMatchObject({
    size_categories: ["n<1K"],
    configs: [
      {
        data_files: [
          { split: "train", path: "data/train.jsonl" },
          { split: "test", path: "data/test.jsonl" },
        ],
      },
    ],
  });
  expect(JSON.parse(read("hub/data/test.jsonl"))).toEqual(made);
});

test("convert says what is lost, of how many rows, and comes back where nothing was", async () => {
  const { ft, json, read } = workplace();
  const told = await json("convert", "rows.jsonl", "-o", "gemini.jsonl", "--to", "gemini-vertex");
  expect(told).toMatchObject({ rows: 3, written: 3 });
  expect(told["losses"]).toEqual([
    { field: "meta", why: "the format does not support it", rows: 2, line: 1 },
    { field: "source", why: "the format does not support it", rows: 1, line: 1 },
    { field: "id", why: "the format does not support it", rows: 1, line: 2 },
  ]);
  await json(
    "convert",
    "gemini.jsonl",
    "-o",
    "back.jsonl",
    "--to",
    "openai-sft",
    "--from",
    "gemini-vertex",
  );
  await json("convert", "rows.jsonl", "-o", "straight.jsonl", "--to", "openai-sft");
  expect(read("back.jsonl")).toBe(read("straight.jsonl"));
  await json("convert", "rows.jsonl", "-o", "lf/set.jsonl", "--to", "llama-factory");
  expect(JSON.parse(read("lf/dataset_info.json"))).toMatchObject({
    set: {
      file_name: "set.jsonl",
      formatting: "sharegpt",
      columns: { messages: "conversations", system: "system" },
    },
  });
  expect((await ft("convert", "rows.jsonl", "-o", "rows.jsonl", "--to", "trl")).code).toBe(2);
});

test("a row that cannot be written stops everything, unless it is to be left out", async () => {
  const { folder, ft, json } = workplace();
  const image = { type: "image_url", image_url: { url: "https://example.com/a.png" } };
  const rows = [
    chatRow("q", "a"),
    {
      messages: [
        { role: "user", content: [image] },
        { role: "assistant", content: "a" },
      ],
    },
  ];
  const pictures = join(makeFolder({ "pictures.jsonl": jsonLines(rows) }), "pictures.jsonl");
  const refused = await ft("convert", pictures, "-o", "o.jsonl", "--to", "openai-sft");
  expect(refused.code).toBe(4);
  expect(refused.stderr).toContain("line 2, messages[0].content: a part of kind image_url");
  expect(existsSync(join(folder, "o.jsonl"))).toBe(false);
  const told = await json(
    "convert",
    pictures,
    "-o",
    "o.jsonl",
    "--to",
    "openai-sft",
    "--skip-bad-rows",
  );
  expect(told).toMatchObject({ rows: 2, written: 1, refused: [{ line: 2 }] });
});

test("a table is not fixed; the refusal names the command that makes rows of it", async () => {
  const { folder, ft } = workplace();
  writeFileSync(join(folder, "rows.csv"), "question,answer\nq,a\n");
  const { code, stderr } = await ft(
    ...["fix", "rows.csv", "-o", "fixed.jsonl", "--profile", "anthropic-bedrock"],
  );
  expect(code).toBe(4);
  expect(stderr).toContain("FT-DATA-002");
  expect(stderr).toMatch(/hint: ft data prepare \S*rows\.csv -o rows\.jsonl --columns prompt=/);
  expect(existsSync(join(folder, "fixed.jsonl"))).toBe(false);
});

test("what fix cannot change is counted, with the command that lists it", async () => {
  const { ft } = workplace();
  const told = await ft("fix", "rows.jsonl", "-o", "fixed.jsonl", "--profile", "anthropic-bedrock");
  expect(told.stdout).toMatch(
    /fixed\.jsonl: 3 rows read, \d+ changes; 1 errors are left: ft data validate \S*fixed\.jsonl$/m,
  );
});

test("fix writes another file and says what it changed", async () => {
  const { json, read } = workplace();
  const told = await json(
    "fix",
    "rows.jsonl",
    "-o",
    "fixed.jsonl",
    "--profile",
    "anthropic-bedrock",
  );
  expect(told).toMatchObject({ rows: 3, valid: false, left: { errors: 1 } });
  expect(told["changes"]).toContainEqual({
    code: "system_in_messages",
    line: 2,
    newLine: 2,
    field: "messages[0].role",
    change: "messages[0] moved to the field system",
  });
  const [, second = ""] = read("fixed.jsonl").split("\n");
  expect(JSON.parse(second)).toEqual({ system: "Be brief.", messages: made.messages.slice(1) });
});
