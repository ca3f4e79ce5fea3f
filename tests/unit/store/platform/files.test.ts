// Files of datasets in step with the database: lines appended, replaced and taken out; what others change is taken over;
// edits are undone.
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { FtError } from "../../../../src/core/errors.ts";
import { Random } from "../../../../src/core/random.ts";
import type { Store } from "../../../../src/store/index.ts";
import {
  appendExample,
  appendExamples,
  changeExample,
  createDataset,
  createFilledDataset,
  deleteDataset,
  exportText,
  fileInStep,
  keepFilesInStep,
  listDatasets,
  listEdits,
  listExamples,
  type PlatformDataset,
  readDataset,
  readExample,
  removeExample,
  restoreExample,
  syncPlatformFiles,
  undoEdit,
  updateExample,
} from "../../../../src/store/platform/index.ts";
import { makeFolder } from "../../../support/folders.ts";
import { fileStore, memoryStore } from "../../../support/open-stores.ts";
import { rejection } from "../../../support/refusal.ts";
import { rounds } from "../../../support/soak.ts";

const row = (n: number | string) => ({ instruction: `question ${n}`, output: `answer ${n}` });
const lines = (file: string) => readFileSync(file, "utf8").split("\n").slice(0, -1);
const text = (rows: readonly (number | string)[]) =>
  rows.map((n) => `${JSON.stringify(row(n))}\n`).join("");

async function made(count: number, store?: Store): Promise<PlatformDataset & { store: Store }> {
  const opened = store ?? (await memoryStore());
  const wanted = { domain: "Legal", format: "instruction", folder: makeFolder() } as const;
  const dataset = await createDataset(opened, wanted);
  const examples = Array.from({ length: count }, (_, n) => ({ content: row(n) }));
  await appendExamples(opened.db, dataset.id, examples);
  await fileInStep(opened, dataset.id);
  return { ...dataset, store: opened };
}

async function expectInStep(store: Store, id: number): Promise<void> {
  let whole = "";
  for await (const part of exportText(store, id)) whole += part;
  const { filePath, exampleCount } = await readDataset(store, id);
  expect(readFileSync(filePath, "utf8")).toBe(whole);
  expect(lines(filePath)).toHaveLength(exampleCount);
  expect((await listExamples(store, id)).total).toBe(exampleCount);
  expect(await fileInStep(store, id)).toMatchObject({ state: "same" });
  expect(readdirSync(dirname(filePath)).filter((name) => name.includes(".tmp-"))).toEqual([]);
}

test("lines are put behind those that are there, without writing these again", async () => {
  const { store, id, filePath } = await made(3);
  const { ino } = statSync(filePath);
  await appendExample(store.db, id, { content: row("ä") });
  expect(lines(filePath)).toHaveLength(3);
  expect(await fileInStep(store, id)).toMatchObject({ state: "written" });
  expect(readFileSync(filePath, "utf8")).toBe(text([0, 1, 2, "ä"]));
  expect(statSync(filePath).ino).toBe(ino);
  await expectInStep(store, id);
});

test("an edit is in the row and in the line when it returns", async () => {
  const { store, id, filePath } = await made(4);
  const { examples } = await listExamples(store, id);
  const { example } = await updateExample(store, examples[1]!.id, {
    content: row("a longer one, ü"),
    qualityScore: 8.5,
  });
  expect(example).toMatchObject({ qualityScore: 8.5, content: row("a longer one, ü") });
  expect(readFileSync(filePath, "utf8")).toBe(text([0, "a longer one, ü", 2, 3]));
  await removeExample(store, examples[2]!.id);
  expect(readFileSync(filePath, "utf8")).toBe(text([0, "a longer one, ü", 3]));
  expect(await readExample(store, examples[2]!.id)).toMatchObject({ status: "removed" });
  const again = await rejection(removeExample(store, examples[2]!.id), FtError);
  expect(again.code).toBe("FT-PLATFORM-002");
  await restoreExample(store, examples[2]!.id);
  expect(readFileSync(filePath, "utf8")).toBe(text([0, "a longer one, ü", 2, 3]));
  await updateExample(store, examples[0]!.id, { qualityScore: 1 });
  await expectInStep(store, id);
  const bad = await rejection(updateExample(store, examples[0]!.id, { qualityScore: 11 }), FtError);
  expect(bad).toMatchObject({ code: "FT-PLATFORM-008", at: { field: "quality_score" } });
});

test("edits are told with who and when, and undone, redone, the newest first", async () => {
  const { store, id, filePath } = await made(2);
  const [first] = (await listExamples(store, id)).examples;
  const one = await updateExample(store, first!.id, { content: row("x") }, { who: "ada" });
  const two = await updateExample(store, first!.id, { content: row("y"), qualityScore: 2 });
  expect(await listEdits(store, id)).toMatchObject([
    { id: two.editId, who: "user", after: { qualityScore: 2 } },
    { id: one.editId, who: "ada", action: "edit", before: { text: JSON.stringify(row(0)) } },
  ]);
  const early = await rejection(undoEdit(store, one.editId!), FtError);
  expect(early.code).toBe("FT-PLATFORM-006");
  const undone = await undoEdit(store, two.editId!);
  expect(undone.example).toMatchObject({ content: row("x"), qualityScore: null });
  expect((await rejection(undoEdit(store, two.editId!), FtError)).code).toBe("FT-PLATFORM-007");
  await undoEdit(store, one.editId!);
  expect(readFileSync(filePath, "utf8")).toBe(text([0, 1]));
  await undoEdit(store, undone.editId!).catch((error: unknown) =>
    expect(error).toMatchObject({ code: "FT-PLATFORM-006" }),
  );
  const { editId } = await removeExample(store, first!.id);
  await undoEdit(store, editId!);
  expect(readFileSync(filePath, "utf8")).toBe(text([0, 1]));
  const again = (await listEdits(store, id, { exampleId: first!.id, limit: 1 }))[0];
  expect(again).toMatchObject({ action: "undo", undoes: editId });
  await undoEdit(store, again!.id);
  expect(lines(filePath)).toEqual([JSON.stringify(row(1))]);
  await expectInStep(store, id);
});

test("whatever is changed in whatever order, the file has the database's rows", async () => {
  const random = Random.fromSeed(5);
  const { store, id } = await made(40);
  for (let turn = 0; turn < rounds({ slice: 120, soak: 3000 }); turn++) {
    const { examples } = await listExamples(store, id, { status: "all", limit: 5000 });
    const one = examples[random.integer(examples.length)]!;
    const content = row("x".repeat(random.integer(60)));
    const kind = random.integer(6);
    if (kind === 0) await appendExample(store.db, id, { content });
    if (kind === 1) await changeExample(store.db, one.id, { content });
    if (kind === 2) await changeExample(store.db, one.id, { status: "removed" });
    if (kind === 3) await changeExample(store.db, one.id, { status: "active" });
    if (kind === 4) await updateExample(store, one.id, { content });
    if (kind === 5) await fileInStep(store, id);
  }
  await fileInStep(store, id);
  await expectInStep(store, id);
});

test("several changes at once, from here and from a second store, end in one file", async () => {
  const path = `${makeFolder()}/ft.db`;
  const { store, id } = await made(30, await fileStore(path));
  const other = await fileStore(path);
  const { examples } = await listExamples(store, id);
  await Promise.all(
    examples.map(async (example, n) => {
      const through = n % 2 === 0 ? store : other;
      if (n % 5 === 0) await appendExample(through.db, id, { content: row(100 + n) });
      await updateExample(through, example.id, { content: row(`new ${n}`) });
    }),
  );
  await fileInStep(store, id);
  await expectInStep(store, id);
  expect((await readDataset(other, id)).exampleCount).toBe(36);
});

test("files follow while rows come", async () => {
  const { store, id, filePath } = await made(0);
  const stop = keepFilesInStep(store);
  for (let n = 0; n < 20; n++) await appendExample(store.db, id, { content: row(n) });
  await expect.poll(() => lines(filePath).length).toBe(20);
  await appendExample(store.db, id, { content: row(20) });
  await stop();
  expect(lines(filePath)).toHaveLength(21);
  await expectInStep(store, id);
});

test("a file that is cut off amid a row while rows come is left, told once, and whole again once removed", async () => {
  const { store, id, filePath } = await made(4);
  const left: (string | undefined)[] = [];
  const stop = keepFilesInStep(store, undefined, ({ reason }) => left.push(reason));
  truncateSync(filePath, statSync(filePath).size - 8);
  await appendExample(store.db, id, { content: row(4) });
  await expect.poll(() => left.length).toBe(1);
  await appendExample(store.db, id, { content: row(5) });
  await stop();
  expect(left).toEqual([expect.stringContaining("line 4")]);
  expect(lines(filePath)).toHaveLength(3);
  rmSync(filePath);
  await fileInStep(store, id);
  expect(lines(filePath)).toHaveLength(6);
  await expectInStep(store, id);
});

test.each<[string, (file: string) => void, string]>([
  ["a line changed", (f) => writeFileSync(f, text([0, "mine", 2, 3])), text([0, "mine", 2, 3])],
  ["a line added", (f) => appendFileSync(f, text(["mine"])), text([0, 1, 2, 3, "mine"])],
  [
    "one put between",
    (f) => writeFileSync(f, text([0, 1, "a", "b", 2, 3])),
    text([0, 1, "a", "b", 2, 3]),
  ],
  ["one put first", (f) => writeFileSync(f, text(["a", 0, 1, 2, 3])), text(["a", 0, 1, 2, 3])],
  ["one taken out", (f) => writeFileSync(f, text([0, 1, 3])), text([0, 1, 3])],
  ["the end cut off", (f) => writeFileSync(f, text([0])), text([0])],
  ["all gone", (f) => writeFileSync(f, ""), ""],
  [
    "other line ends",
    (f) => writeFileSync(f, `\uFEFF${text([0, 1]).replaceAll("\n", "\r\n\r\n")}`),
    text([0, 1]),
  ],
])("what a person did to the file is the new state: %s", async (_, change, wanted) => {
  const { store, id, filePath } = await made(4);
  await listExamples(store, id, { search: "answer" });
  change(filePath);
  expect(await syncPlatformFiles(store)).toMatchObject([{ state: "imported" }]);
  expect(readFileSync(filePath, "utf8")).toBe(wanted);
  await expectInStep(store, id);
  const rest = await listExamples(store, id, { search: "answer" });
  expect(rest.total).toBe(lines(filePath).length);
});

test("examples whose lines stayed keep their numbers, and what was changed is undone", async () => {
  const { store, id, filePath } = await made(4);
  const before = (await listExamples(store, id)).examples;
  writeFileSync(filePath, text([0, "mine", "more", 2, 3]));
  await syncPlatformFiles(store);
  const after = (await listExamples(store, id)).examples;
  const kept = [0, 1, 3, 4].map((place) => after[place]!.id);
  expect(kept).toEqual(before.map((example) => example.id));
  const [edit] = await listEdits(store, id);
  expect(edit).toMatchObject({ who: "file", before: { text: JSON.stringify(row(1)) } });
  await undoEdit(store, edit!.id);
  expect(readFileSync(filePath, "utf8")).toBe(text([0, 1, "more", 2, 3]));
});

test("an edit through the store keeps what was done to the file by hand", async () => {
  const { store, id, filePath } = await made(3);
  const { examples } = await listExamples(store, id);
  writeFileSync(filePath, text([0, "by hand", 2]));
  await updateExample(store, examples[2]!.id, { content: row("edited") });
  expect(readFileSync(filePath, "utf8")).toBe(text([0, "by hand", "edited"]));
  await expectInStep(store, id);
});

test("a file that cannot be read any more is told with its line and left as it is", async () => {
  const { store, id, filePath } = await made(2);
  const broken = `${text([0])}{"instruction": \n`;
  writeFileSync(filePath, broken);
  const [state] = await syncPlatformFiles(store);
  expect(state).toMatchObject({ state: "changed" });
  expect(state?.reason).toContain("line 2");
  const [first] = (await listExamples(store, id)).examples;
  const refused = await rejection(updateExample(store, first!.id, { content: row(9) }), FtError);
  expect(refused.code).toBe("FT-PLATFORM-005");
  await appendExample(store.db, id, { content: row(2) });
  await syncPlatformFiles(store);
  expect(readFileSync(filePath, "utf8")).toBe(broken);
  rmSync(filePath);
  expect(await syncPlatformFiles(store)).toMatchObject([{ state: "written" }]);
  expect(readFileSync(filePath, "utf8")).toBe(text([0, 1, 2]));
});

test("a deleted dataset is hidden, its file gone, its number and those of its rows never given again", async () => {
  const { store, id, filePath } = await made(2);
  const [first] = (await listExamples(store, id)).examples;
  await deleteDataset(store, id);
  expect(existsSync(filePath)).toBe(false);
  expect((await listDatasets(store)).total).toBe(0);
  for (const gone of [readDataset(store, id), appendExample(store.db, id, { content: row(1) })]) {
    expect((await rejection(gone, FtError)).code).toBe("FT-PLATFORM-001");
  }
  expect((await rejection(readExample(store, first!.id), FtError)).code).toBe("FT-PLATFORM-002");
  const next = await made(1, store);
  expect(next.id).toBe(id + 1);
  expect((await listExamples(store, next.id)).examples[0]?.id).toBe(3);
});

test("a set that is made of many rows is there whole or not at all", async () => {
  const store = await memoryStore();
  const wanted = { format: "instruction", folder: makeFolder() } as const;
  function* broken() {
    for (let n = 0; n < 2500; n++) yield { content: row(n) };
    throw new Error("ends early");
  }
  await expect(createFilledDataset(store, { wanted, examples: broken() })).rejects.toThrow();
  expect((await listDatasets(store)).total).toBe(0);
  const examples = Array.from({ length: 2500 }, (_, n) => ({ content: row(n) }));
  const { id, exampleCount } = await createFilledDataset(store, { wanted, examples });
  expect(exampleCount).toBe(2500);
  await fileInStep(store, id);
  await expectInStep(store, id);
});

test("a database brought back from a copy finds its own rows in a file that has gone on", async () => {
  const { store, id, filePath } = await made(2);
  await appendExamples(store.db, id, [{ content: row(2) }, { content: row(3) }]);
  // as the copy knows it: four rows, of which two are written
  appendFileSync(filePath, text([2, 3, 4]));
  expect(await fileInStep(store, id)).toMatchObject({ state: "imported" });
  expect(readFileSync(filePath, "utf8")).toBe(text([0, 1, 2, 3, 4]));
  await expectInStep(store, id);
});

test("a file brought on in part only gets the rows that it lacks", async () => {
  const { store, id, filePath } = await made(2);
  await appendExamples(store.db, id, [{ content: row(2) }, { content: row(3) }]);
  appendFileSync(filePath, text([2]));
  await fileInStep(store, id);
  expect(readFileSync(filePath, "utf8")).toBe(text([0, 1, 2, 3]));
  await expectInStep(store, id);
});
