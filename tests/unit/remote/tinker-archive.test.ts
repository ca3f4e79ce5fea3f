// Archives and lists of files from somebody else: what is safe is handed over whole, all else is refused unwritten.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readArchive, requirePlainName } from "../../../src/remote/tinker/archive.ts";
import { downloadAdapter } from "../../../src/remote/tinker/download.ts";
import { fetchArchive, fetchFiles } from "../../../src/remote/tinker/fetch-files.ts";
import { makeFolder } from "../../support/folders.ts";
import { tarBytes, type TarEntry } from "../../support/tar-bytes.ts";
import {
  connection,
  fakeTinker,
  openSession,
  trainingClient,
  watched,
} from "../../support/tinker.ts";

const text = (value: string): Uint8Array => Buffer.from(value);

/** In pieces of a few bytes, as a network may bring it. */
async function* pieces(bytes: Uint8Array, size = 100): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Uint8Array, size?: number): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const begin = async (name: string) => ({
    write: async (part: Uint8Array) =>
      void (found[name] = (found[name] ?? "") + Buffer.from(part).toString()),
    end: async () => void (found[name] ??= ""),
  });
  await readArchive(pieces(bytes, size), { begin }, 10_000);
  return found;
}

test("files of any size come whole, in whatever pieces; folders and long names are understood", async () => {
  const long = `${"d/".repeat(60)}weights`;
  const entries: TarEntry[] = [
    { name: "run/", type: "5" },
    { name: "run/a", bytes: text("x".repeat(1000)) },
    { name: "./b", bytes: text("y".repeat(512)) },
    { name: "empty" },
    { name: "long", type: "L", bytes: text(`${long}\0`) },
    { name: "cut", bytes: text("z") },
    { name: "pax", type: "x", bytes: text("18 path=named/pax\n") },
    { name: "short", bytes: text("p") },
  ];
  const found = await read(tarBytes(entries));
  expect(Object.keys(found)).toEqual(["run/a", "b", "empty", long, "named/pax"]);
  expect(found["run/a"]).toHaveLength(1000);
  expect(await read(tarBytes(entries), 1)).toEqual(found);
});

const hostile: Record<string, TarEntry> = {
  "a link": { name: "adapter_config.json", type: "2", linkTo: "/etc/passwd" },
  "a hard link": { name: "adapter_config.json", type: "1", linkTo: "x" },
  "a device": { name: "null", type: "3" },
  "a pipe": { name: "fifo", type: "6" },
  "a way out": { name: "../adapter_config.json", bytes: text("{}") },
  "a way out inside": { name: "a/../../b", bytes: text("{}") },
  "an absolute path": { name: "/etc/cron.d/x", bytes: text("x") },
  "a drive": { name: "C:/x", bytes: text("x") },
  "the other slash": { name: "..\\x", bytes: text("x") },
  "a control character": { name: "a\nb", bytes: text("x") },
  "a damaged header": { name: "a", bytes: text("x"), spoiled: true },
  "more than it may have": { name: "a", size: 20_000 },
  "less than it says": { name: "a", bytes: text("x"), size: 9000 },
};
for (const [what, entry] of Object.entries(hostile)) {
  test(`refused: ${what}`, async () => {
    const good = { name: "adapter_model.safetensors", bytes: text("first") };
    await expect(read(tarBytes([good, entry]))).rejects.toMatchObject({
      code: "FT-REMOTE-016",
      exitCode: 7,
    });
  });
}

test("an archive that breaks off is refused, wherever that is", async () => {
  const whole = tarBytes([{ name: "a", bytes: text("x".repeat(700)) }]);
  for (const length of [0, 100, 512, 900, 1300])
    await expect(read(whole.subarray(0, length))).rejects.toMatchObject({ code: "FT-REMOTE-016" });
});

test("names stay below their folder", () => {
  expect(requirePlainName("a/./b.json")).toBe("a/./b.json");
  for (const name of ["", "/", "a/..", "\0", "a".repeat(5000)])
    expect(() => requirePlainName(name)).toThrow(/not safe to unpack/);
});

test("one name that leads out refuses all files, before any is fetched", async () => {
  const folder = makeFolder();
  const how = { baseUrl: "http://127.0.0.1:1" };
  const urls = { "adapter_config.json": "http://127.0.0.1:1/a", "../x": "http://127.0.0.1:1/b" };
  await expect(fetchFiles(urls, folder, how)).rejects.toMatchObject({ code: "FT-REMOTE-016" });
  expect(readdirSync(folder)).toEqual([]);
});

test("files are not fetched from inside a network when the service is outside of it", async () => {
  const how = { baseUrl: "https://tinker.example.org", pause: async () => {} };
  for (const url of [
    "http://127.0.0.1:9/x",
    "http://169.254.169.254/meta",
    "https://10.0.0.1/x",
    "http://example.org/x",
  ])
    await expect(fetchArchive(url, makeFolder(), how)).rejects.toMatchObject({
      code: "FT-REMOTE-017",
    });
});

/** An adapter of one tensor. */
const config = text(
  JSON.stringify({ peft_type: "LORA", base_model_name_or_path: "/their/place", r: 1 }),
);
const header = text(JSON.stringify({ w: { dtype: "F32", shape: [1], data_offsets: [0, 4] } }));
const length = Buffer.alloc(8);
length.writeBigUInt64LE(BigInt(header.length));
const weights = Buffer.concat([length, header, Buffer.alloc(4)]);
const files = { "adapter_config.json": config, "adapter_model.safetensors": weights };

async function saved(options: Parameters<typeof fakeTinker>[0]) {
  const fake = await fakeTinker(options);
  const seen = watched(fake);
  const session = await openSession(seen.options);
  const client = await trainingClient(session);
  await client.saveState("one");
  return { fake, session, uri: await client.saveForSampler("one"), to: makeFolder(), ...seen };
}

test("of a service of today: files that are made for it, fetched one by one, and taken away again", async () => {
  const { fake, uri, to, options, session } = await saved({
    files: { ...files, "notes.txt": text("no") },
  });
  const how = { openSession: () => openSession(options), base: "Qwen/Qwen3-8B" };
  await downloadAdapter(session.connection, uri, to, how);
  expect(readdirSync(to).toSorted()).toEqual(["adapter_config.json", "adapter_model.safetensors"]);
  expect(JSON.parse(readFileSync(`${to}/adapter_config.json`, "utf8"))).toMatchObject({
    ...{ base_model_name_or_path: "Qwen/Qwen3-8B", r: 1 },
  });
  expect(fake.bodies("load_weights")).toMatchObject([{ optimizer: false }]);
  expect([...fake.checkpoints.keys()].filter((one) => one.includes("external"))).toEqual([]);
  const keys = fake.asked
    .filter(({ path }) => path.startsWith("/files"))
    .map(({ headers }) => headers["x-api-key"]);
  expect(keys, "the key goes to the service alone").toEqual([undefined, undefined]);
});

test("of a service of before: the archive, once it is made", async () => {
  const archive = tarBytes(Object.entries(files).map(([name, bytes]) => ({ name, bytes })));
  const { fake, uri, to, waits, notices, session } = await saved({ archive });
  let busy = 2;
  fake.trouble = ({ path }) =>
    path.endsWith("/archive") && busy-- > 0 ? { status: 503 } : undefined;
  await downloadAdapter(session.connection, uri, to, { base: "Qwen/Qwen3-8B" });
  expect(readdirSync(to)).toHaveLength(2);
  expect(waits.filter((wait) => wait === 30_000)).toHaveLength(2);
  expect(notices[0]).toContain("archive");
});

test("an archive may be somewhere else: the answer leads there", async () => {
  const archive = tarBytes(Object.entries(files).map(([name, bytes]) => ({ name, bytes })));
  const { fake, uri, to, session } = await saved({ archive });
  const headers = { location: `${fake.url}/files/archive.tar` };
  fake.trouble = ({ path }) => (path.endsWith("/archive") ? { status: 302, headers } : undefined);
  await downloadAdapter(session.connection, uri, to, { base: "b" });
  expect(readdirSync(to)).toHaveLength(2);
});

test("a connection that breaks begins the file anew; what comes spoiled is an error", async () => {
  const { fake, uri, to, session } = await saved({
    archive: tarBytes(Object.entries(files).map(([name, bytes]) => ({ name, bytes }))),
  });
  let breaks = 2;
  fake.trouble = ({ path }) =>
    path.startsWith("/files") && breaks-- > 0 ? { drop: "before" } : undefined;
  await downloadAdapter(session.connection, uri, to, { base: "b" });
  expect(readdirSync(to)).toHaveLength(2);
  fake.trouble = ({ path }) =>
    path.startsWith("/files") ? { raw: text("no tar at all".repeat(100)) } : undefined;
  await expect(
    downloadAdapter(session.connection, uri, makeFolder(), { base: "b" }),
  ).rejects.toMatchObject({
    code: "FT-REMOTE-016",
  });
});

test("weights that are none are refused", async () => {
  const { uri, to, options } = await saved({
    archive: tarBytes([
      { name: "adapter_config.json", bytes: config },
      { name: "adapter_model.safetensors", bytes: text("x".repeat(100)) },
    ]),
  });
  await expect(
    downloadAdapter(await connection(options), uri, to, { base: "b" }),
  ).rejects.toMatchObject({ exitCode: 7 });
});
