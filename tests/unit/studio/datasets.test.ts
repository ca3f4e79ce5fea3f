// Datasets over the API by a client made of its document: taken in, read, changed in database and file, combined, given
// out, removed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../../support/folders.ts";
import { type TestStudio, testStudio } from "../../support/studio.ts";

const chat = (at: number, more = 0): string =>
  JSON.stringify({
    messages: Array.from({ length: 2 + 2 * more }, (_, turn) => ({
      role: turn % 2 === 0 ? "user" : "assistant",
      content: `${turn % 2 === 0 ? "question" : "answer"} ${at}.${turn}`,
    })),
  });

const rows = (count: number): string =>
  Array.from({ length: count }, (_, at) => chat(at)).join("\n");

async function uploaded(
  { client }: TestStudio,
  count: number,
  name = "rows.jsonl",
): Promise<number> {
  const { status, body } = await client.call("postDatasetsUpload", {
    file: { name, text: `${rows(count)}\n` },
  });
  expect(status).toBe(200);
  return body.dataset_id as number;
}

test("domains are a bare array of twelve with five subdomains each, by key and by name", async () => {
  const { client } = await testStudio();
  const { body } = await client.call("getDomains");
  expect(body).toHaveLength(12);
  expect(body.every((one: { subdomains: unknown[] }) => one.subdomains.length === 5)).toBe(true);
  const by = async (domain: string) =>
    (await client.call("getDomainsDomain", { params: { domain } })).body;
  expect(await by("Customer Support")).toEqual(await by("support"));
  expect((await by("support")).common_params).toHaveProperty("emotional_tone");
  for (const { key, name } of body as { key: string; name: string }[]) {
    const subdomains = await client.call("getDomainsDomainSubdomains", {
      params: { domain: name },
    });
    expect([key, subdomains.body.length]).toEqual([key, 5]);
  }
  const none = await client.call("getDomainsDomainSubdomains", { params: { domain: "cooking" } });
  expect([none.status, none.body.error.code]).toEqual([404, "FT-DOMAIN-002"]);
});

test("a file is taken in, paged with its total, and given out byte for byte", async () => {
  const studio = await testStudio();
  const { client } = studio;
  const id = await uploaded(studio, 25, "../../my rows.jsonl");
  const { body: dataset } = await client.call("getDatasetsId", { params: { id } });
  expect(dataset).toMatchObject({ id, name: "my rows", format: "chat", example_count: 25 });
  expect(dataset.file_path.startsWith(join(studio.home, "datasets"))).toBe(true);
  const page = async (query: Record<string, string | number>) =>
    (await client.call("getDatasetsIdExamples", { params: { id }, query })).body;
  const all = await page({});
  expect([all.total, all.examples.length, all.limit, all.offset]).toEqual([25, 25, 100, 0]);
  const last = await page({ limit: 10, offset: 20 });
  expect([last.total, last.examples.length, last.examples[0].example_index]).toEqual([25, 5, 20]);
  expect((await page({ limit: 10, offset: 30 })).examples).toEqual([]);
  expect((await page({ search: "7.0" })).total).toBeGreaterThan(0);
  const wrong = await client.call("getDatasetsIdExamples", { params: { id }, query: { limit: 0 } });
  expect(wrong).toMatchObject({ status: 422, body: { error: { field: "limit" } } });
  const got = await client.call("getDatasetsIdDownload", { params: { id } });
  expect(got.text).toBe(readFileSync(dataset.file_path, "utf8"));
  expect(got.headers.get("content-disposition")).toMatch(/^attachment; filename="[\w.-]+\.jsonl"/);
  const csv = await studio.ask(`/api/datasets/${id}/download?format=csv`);
  expect((await csv.text()).split("\r\n")[0]).toContain("quality_score");
  const list = await client.call("getDatasets", { query: { format: "instruction" } });
  expect(list.body).toEqual([]);
  expect((await client.call("getDatasets", { query: { format: "chat" } })).body).toHaveLength(1);
});

test("a bad line of an upload is told by its number, and nothing of it is kept", async () => {
  const studio = await testStudio();
  const { client } = studio;
  const text = `${chat(0)}\n${chat(1)}\n{"messages":\n${chat(3)}\n`;
  const bad = await client.call("postDatasetsUpload", { file: { name: "x.jsonl", text } });
  expect(bad).toMatchObject({ status: 422, body: { error: { line: 3 } } });
  expect((await client.call("getDatasets")).body).toEqual([]);
  const empty = await client.call("postDatasetsUpload", { file: { name: "x.jsonl", text: "" } });
  expect(empty.status).toBe(422);
  const form = (body: FormData | string, headers = {}) =>
    studio.ask("/api/datasets/upload", { method: "POST", body, headers });
  const noFile = new FormData();
  noFile.append("name", "x");
  expect((await form(noFile)).status).toBe(422);
  expect((await form(rows(1), { "content-type": "application/json" })).status).toBe(415);
  const cut = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf';
  const broken = await form(cut, { "content-type": "multipart/form-data; boundary=b" });
  expect(broken.status).toBe(400);
  const late = new FormData();
  late.append("file", new Blob([rows(2)]), "late.jsonl");
  late.append("name", "named after");
  late.append("domain", "support");
  expect(await (await form(late)).json()).toMatchObject({
    dataset: { name: "named after", domain: "support" },
  });
  const left = join(studio.home, "studio", "uploads");
  expect(readdirSync(left)).toEqual([]);
});

test("an upload beyond the limit is refused", async () => {
  const studio = await testStudio({ largestUpload: 2 ** 20 });
  const file = { name: "x.jsonl", text: rows(20_000) };
  const { status, body } = await studio.client.call("postDatasetsUpload", { file });
  expect([status, body.error.code]).toEqual([413, "too_large"]);
});

test("a row is changed in the database and in its line of the file, scored, removed, and brought back", async () => {
  const studio = await testStudio();
  const { client } = studio;
  const id = await uploaded(studio, 3);
  const { body: page } = await client.call("getDatasetsIdExamples", { params: { id } });
  const [first, second] = page.examples as [{ id: number }, { id: number }];
  const content = JSON.parse(chat(99)) as object;
  const put = await client.call("putExamplesId", {
    params: { id: first.id },
    body: { content, quality_score: 8.5 },
  });
  expect(put.body).toMatchObject({ content, quality_score: 8.5, status: "active" });
  const { body: dataset } = await client.call("getDatasetsId", { params: { id } });
  const lines = (): string[] => readFileSync(dataset.file_path, "utf8").trimEnd().split("\n");
  expect(JSON.parse(lines()[0] ?? "")).toEqual(content);
  const score = await client.call("putExamplesId", {
    ...{ params: { id: first.id }, body: { quality_score: 11 } },
  });
  expect(score).toMatchObject({ status: 422, body: { error: { field: "quality_score" } } });
  const nothing = await client.call("putExamplesId", { params: { id: first.id }, body: {} });
  expect(nothing.status).toBe(422);
  const shapeless = await client.call("putExamplesId", {
    ...{ params: { id: first.id }, body: { content: { a: 1 } } },
  });
  expect(shapeless.status).toBe(422);
  const gone = await client.call("deleteExamplesId", { params: { id: second.id } });
  expect(gone.body.status).toBe("removed");
  expect(lines()).toHaveLength(2);
  const { body: after } = await client.call("getDatasetsIdExamples", { params: { id } });
  expect(after.total).toBe(2);
  const { body: edits } = await client.call("getV1DatasetsIdEdits", { params: { id } });
  const undone = await client.call("postV1EditsIdUndo", { params: { id: edits.edits[0].id } });
  expect(undone.body).toMatchObject({ id: second.id, status: "active" });
  expect(lines()).toHaveLength(3);
  const kept = await client.call("postV1DatasetsIdVersions", { params: { id }, body: {} });
  expect(kept.body).toEqual({ name: "rows", version: 1, rows: 3 });
  const version = await client.call("getV1SetsNameRows", { params: { name: "rows@1" } });
  expect(version.body).toMatchObject({ total: 3, next: null });
});

test("datasets merge, are sampled and converted", async () => {
  const studio = await testStudio();
  const { client } = studio;
  const [a, b] = [await uploaded(studio, 4), await uploaded(studio, 6)];
  const merged = await client.call("postUtilsMerge", {
    body: { dataset_ids: [a, b], name: "Both" },
  });
  expect(merged.body).toMatchObject({ example_count: 10, dataset: { name: "Both" } });
  const body = { dataset_id: merged.body.dataset_id, sample_size: 7 };
  const sampled = await client.call("postUtilsSample", { body });
  expect(sampled.body.example_count).toBe(7);
  const large = await client.call("postUtilsSample", { body: { ...body, sample_size: 11 } });
  expect(large).toMatchObject({ status: 400, body: { error: { field: "sample_size" } } });
  const none = await client.call("postUtilsSample", { body: { ...body, dataset_id: 999 } });
  expect(none.status).toBe(404);
  const converted = await client.call("postUtilsConvert", {
    body: { dataset_id: a, target_format: "instruction" },
  });
  expect(converted.body).toMatchObject({ example_count: 4, dataset: { format: "instruction" } });
  const mixed = await client.call("postUtilsMerge", {
    body: { dataset_ids: [a, converted.body.dataset_id], name: "Mixed" },
  });
  expect(mixed.status).toBe(400);
});

test("a dataset that is deleted is in no list, and its file is gone", async () => {
  const studio = await testStudio();
  const { client } = studio;
  const id = await uploaded(studio, 2);
  const { body: dataset } = await client.call("getDatasetsId", { params: { id } });
  expect(existsSync(dataset.file_path)).toBe(true);
  expect((await client.call("deleteDatasetsId", { params: { id } })).body).toEqual({ deleted: id });
  expect(existsSync(dataset.file_path)).toBe(false);
  for (const operation of ["getDatasetsId", "getDatasetsIdExamples", "deleteDatasetsId"])
    expect((await client.call(operation, { params: { id } })).status, operation).toBe(404);
  expect((await client.call("getDatasets")).body).toEqual([]);
});

test("DATA_DIR says where files lie; one that is put there is taken in at the start", async () => {
  const folder = makeFolder({ "support_20261127_083001.jsonl": `${rows(3)}\n` });
  const studio = await testStudio({ environment: { DATA_DIR: folder } });
  const { body } = await studio.client.call("getDatasets", { query: { domain: "support" } });
  expect(body).toMatchObject([{ domain: "support", example_count: 3 }]);
  const id = await uploaded(studio, 1);
  const made = await studio.client.call("getDatasetsId", { params: { id } });
  expect(made.body.file_path.startsWith(folder)).toBe(true);
  await studio.close();
  writeFileSync(join(folder, "own.jsonl"), `${rows(2)}\n`);
  const again = await testStudio({ home: studio.home, environment: { DATA_DIR: folder } });
  expect((await again.client.call("getDatasets")).body).toHaveLength(3);
});
