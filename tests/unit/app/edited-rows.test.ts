// Versions written as Markdown and CSV, edited, and read again: nothing changes that was not edited, and what cannot be
// read is named by its line.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { syncAll, writeVersion } from "../../../src/app/store/files.ts";
import { history, importRows } from "../../../src/app/store/history.ts";
import { DataError } from "../../../src/core/errors.ts";
import { makeFolder } from "../../support/folders.ts";
import { rejection } from "../../support/refusal.ts";

/** Rows that a careless form would change. */
const rows = [
  '{"text": "spaces  in the JSON", "id":"a"}',
  '{"id":7,"messages":[{"role":"user","content":"=1+1?\\n## Row 9\\n### user\\n\\\\## x"},{"role":"assistant","content":"  \\n two\\r\\n"}],"meta":{"n":1,"ok":true,"none":null}}',
  `{"id":"b","prompt":"'=SUM(A1)","completion":"a\\r\\nb, \\"c\\"","score":0.50,"tags":["x"],"empty":""}`,
  '{"id":"c","messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]},{"role":"tool","name":"t","content":""}]}',
  '{"text":"no id, and\\n\\n\\na gap"}',
  '{"id":"d","fields":"own","odd name":"x","text":"\\ud800","messages":"none"}',
];

let folder: string;
let environment: Record<string, string>;
const at = (name: string): string => join(folder, name);
const keep = (file: string) =>
  importRows(environment, { file: at(file), name: "set", message: undefined });
const write = (file: string, follow = false) =>
  writeVersion(environment, { version: "set", file: at(file), follow });
const edit = (file: string, from: string, to: string): void => {
  const text = readFileSync(at(file), "utf8");
  expect(text).toContain(from);
  writeFileSync(at(file), text.replace(from, to));
};

beforeEach(async () => {
  folder = makeFolder({ "rows.jsonl": `${rows.join("\n")}\n` });
  environment = { FT_HOME: at("home") };
  await keep("rows.jsonl");
});

test.each(["edited.md", "edited.csv"])(
  "%s that nobody edited is the same version",
  async (file) => {
    await write(file);
    const again = await keep(file);
    expect(again.hash).toBe((await history(environment, "set")).at(-1)?.hash);
    expect(again.differences ?? { added: 0, removed: 0, changed: 0 }).toMatchObject({
      added: 0,
      removed: 0,
      changed: 0,
    });
  },
);

test("an edit of Markdown is told by the row's id and field, the rest stays letter by letter", async () => {
  await write("edited.md");
  edit("edited.md", "spaces  in the JSON", "edited by hand");
  const { differences } = await keep("edited.md");
  expect(differences).toMatchObject({ added: 0, removed: 0, changed: 1 });
  expect(differences?.rows).toMatchObject([
    { id: "a", fields: [{ path: "text", after: "edited by hand" }] },
  ]);
});

test("an edit of CSV keeps kinds, guards and fields without a column; a row taken out is told", async () => {
  await write("edited.csv");
  expect(readFileSync(at("edited.csv"), "utf8")).toContain("''=SUM(A1)");
  const kept = readFileSync(at("edited.csv"), "utf8").replace("0.5,", "0.75,");
  writeFileSync(
    at("edited.csv"),
    kept.replace(/^a?"?spaces.*\r\n|^.*,a,.*\r\n|^spaces.*\r\n/m, ""),
  );
  const { differences } = await keep("edited.csv");
  expect(differences).toMatchObject({ added: 0, removed: 1, changed: 1 });
  expect(differences?.rows).toContainEqual(
    expect.objectContaining({ id: "b", fields: [{ path: "score", before: 0.5, after: 0.75 }] }),
  );
  writeFileSync(at("few.csv"), "id,completion\r\nb,'=new\r\n");
  await keep("few.csv");
  await write("few.jsonl");
  expect(JSON.parse(readFileSync(at("few.jsonl"), "utf8"))).toMatchObject({
    prompt: "'=SUM(A1)",
    completion: "=new",
    score: 0.75,
    tags: ["x"],
  });
});

test("what cannot be read is named by line, all of it, and no version is made", async () => {
  writeFileSync(
    at("bad.md"),
    '## Row 1\n\n### user\n\nq\n\n## Heading\n\n## Row 2\nstray\n### user {"content":}\n\n## Row 1\n### text:\nx\n## Row 3\n',
  );
  const told = await rejection(keep("bad.md"), DataError);
  expect(told.code).toBe("FT-DATASET-022");
  expect(told.problems.map((line) => line.split(":")[1])).toEqual(["7", "10", "11", "13", "16"]);
  writeFileSync(at("bad.csv"), 'id,tags\r\nb,"[1,"\r\nx\r\n');
  const csv = await rejection(keep("bad.csv"), DataError);
  expect(csv.problems.join("\n")).toMatch(
    /bad.csv:2: the column tags .*\n.*bad.csv:3: line 3 has 1/,
  );
  expect(await history(environment, "set")).toHaveLength(1);
});

test("a file that is there is not written over", async () => {
  await write("edited.md");
  edit("edited.md", "spaces", "mine");
  expect((await rejection(write("edited.md"), DataError)).code).toBe("FT-DATASET-021");
  expect(readFileSync(at("edited.md"), "utf8")).toContain("mine");
});

const sync = async (importChanged: boolean) =>
  (await syncAll(environment, { name: undefined, importChanged })).map(({ state }) => state);

test.each(["edited.md", "edited.csv"])(
  "%s that follows is written with each version, and its edits become one",
  async (file) => {
    expect((await write(file, true)).state).toBe("written");
    expect(await sync(false)).toEqual(["same"]);
    writeFileSync(at("rows.jsonl"), `${[...rows, '{"id":"e","text":"later"}'].join("\n")}\n`);
    await keep("rows.jsonl");
    expect(await sync(false)).toEqual(["written"]);
    expect(readFileSync(at(file), "utf8")).toContain("later");
    edit(file, "later", "by hand");
    expect(await sync(false)).toEqual(["changed"]);
    expect(await sync(true)).toEqual(["written"]);
    expect(await sync(true)).toEqual(["same"]);
    await writeVersion(environment, { version: "set@3", file: at("again.jsonl"), follow: false });
    const lines = readFileSync(at("again.jsonl"), "utf8").trimEnd().split("\n");
    expect(lines).toEqual([...rows, '{"id":"e","text":"by hand"}']);
  },
);

test("edits of a file that is behind are told and left, and so is what cannot be read", async () => {
  await write("edited.md", true);
  edit("edited.md", "spaces", "mine");
  writeFileSync(at("rows.jsonl"), `${rows.slice(1).join("\n")}\n`);
  await keep("rows.jsonl");
  expect(await sync(true)).toEqual(["changed"]);
  expect(readFileSync(at("edited.md"), "utf8")).toContain("mine");
  await write("other.csv", true);
  writeFileSync(at("other.csv"), 'id,tags\r\nb,"[1,"\r\n');
  expect((await rejection(sync(true), DataError)).code).toBe("FT-DATASET-022");
  expect(await history(environment, "set")).toHaveLength(2);
});

test("an edit that changes no row is written over, and makes no version", async () => {
  await write("edited.md", true);
  const before = readFileSync(at("edited.md"), "utf8");
  writeFileSync(at("edited.md"), before.replace("# Rows", "# My rows"));
  expect(await sync(true)).toEqual(["written"]);
  expect(readFileSync(at("edited.md"), "utf8")).toBe(before);
  expect(await history(environment, "set")).toHaveLength(1);
});
