// What the machine refuses is told as that over the API: a disk without room is no failure of the server, and a store
// that was taken away is told before anything goes into it.
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../../../src/store/index.ts";
import { openFile } from "../../../src/store/migrate.ts";
import { refusalOf } from "../../../src/studio/http/errors.ts";
import { makeFolder } from "../../support/folders.ts";
import { testStudio } from "../../support/studio.ts";

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

test("a store without room answers 507 with what mends it, and goes on when there is room", async () => {
  const path = join(makeFolder(), "ft.db");
  await (await openStore(path)).close();
  const file = openFile(path);
  const pages = Number(file.value("pragma page_count"));
  file.script(`pragma max_page_count = ${pages}`);
  const grow = (): unknown => file.execute("create table more as select randomblob(100000) as it");
  const { status, body } = refusalOf(thrownBy(grow), "r1");
  expect([status, body.error.code, body.error.request]).toEqual([507, "FT-STORE-009", "r1"]);
  expect(body.error.hint).toContain("Make room");
  file.script("pragma max_page_count = 1000000");
  grow();
  file.close();
});

test("a store that may only be read is told as that", async () => {
  const path = join(makeFolder(), "ft.db");
  await (await openStore(path)).close();
  const file = openFile(path);
  file.script("pragma query_only = on");
  const error = thrownBy(() => file.execute("delete from jobs"));
  expect(refusalOf(error, "r1").body.error.code).toBe("FT-STORE-010");
  file.close();
});

/** From now on the process can only read what it has open under this name. */
function madeReadOnly(path: string): void {
  for (const name of readdirSync("/proc/self/fd")) {
    const fd = Number(name);
    if (!existsSync(`/proc/self/fd/${fd}`) || readlinkSync(`/proc/self/fd/${fd}`) !== path)
      continue;
    closeSync(fd);
    // the lowest number that is free is this one
    expect(openSync(path, "r")).toBe(fd);
  }
}

test.runIf(process.platform === "linux")(
  "a disk that takes nothing more while the store is open is told with what mends it",
  async () => {
    const path = join(makeFolder(), "ft.db");
    await (await openStore(path)).close();
    const file = openFile(path);
    file.execute("create table more (it text)");
    madeReadOnly(`${path}-wal`);
    const write = (): unknown => file.execute("insert into more values ('x')");
    const { status, body } = refusalOf(thrownBy(write), "r1");
    expect([status, body.error.code]).toEqual([500, "FT-STORE-013"]);
    expect(body.error.hint).toContain("read-only");
    expect(file.value("select count(*) from more")).toBe(0);
    file.close();
  },
);

test("files too: a full disk and a quota are 507, a missing permission names its file", () => {
  const of = (code: string, path?: string) =>
    refusalOf(Object.assign(new Error(`${code}: write`), { code, path, syscall: "write" }), "r1");
  expect([of("ENOSPC").status, of("EDQUOT").status]).toEqual([507, 507]);
  expect(of("ENOSPC").body.error.message).toBe("No space left on the disk");
  const refused = of("EACCES", "/data/rows.jsonl");
  expect(refused.status).toBe(500);
  expect(refused.body.error).toMatchObject({
    code: "FT-FILE-EACCES",
    message: "Permission denied: /data/rows.jsonl",
  });
  expect(of("EWHATEVER").body.error.message).toBe("the server failed; see its log");
});

test("a store that was removed or replaced while it was open takes no change silently", async () => {
  const studio = await testStudio();
  const path = join(studio.home, "store", "ft.db");
  const settings = join(studio.home, "settings.json");
  const change = async (max_concurrent_jobs: number): Promise<[number, string]> => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ max_concurrent_jobs });
    const answer = await studio.ask("/api/settings", { method: "PUT", body, headers });
    const told = (await answer.json()) as { error?: { code: string } };
    return [answer.status, told.error?.code ?? ""];
  };
  expect(await change(3)).toEqual([200, ""]);
  const before = readFileSync(settings, "utf8");
  renameSync(path, `${path}.aside`);
  expect(await change(4)).toEqual([500, "FT-STORE-012"]);
  expect(readFileSync(settings, "utf8")).toBe(before);
  expect((await studio.ask("/api/datasets")).status).toBe(500);
  copyFileSync(`${path}.aside`, path);
  expect(await change(5)).toEqual([500, "FT-STORE-012"]);
  expect(readFileSync(settings, "utf8")).toBe(before);
  rmSync(path);
  renameSync(`${path}.aside`, path);
  expect(await change(6)).toEqual([200, ""]);
  expect(JSON.parse(readFileSync(settings, "utf8"))).toMatchObject({ max_concurrent_jobs: 6 });
});

test("changes of settings that come at once are all saved", async () => {
  const studio = await testStudio();
  const headers = { "content-type": "application/json" };
  const put = async (change: object): Promise<number> =>
    (await studio.ask("/api/settings", { method: "PUT", body: JSON.stringify(change), headers }))
      .status;
  const changes = [{ max_concurrent_jobs: 5 }, { cache_ttl: 3 }, { enable_caching: false }];
  expect(await Promise.all(changes.map(put))).toEqual([200, 200, 200]);
  const read = (await (await studio.ask("/api/settings")).json()) as object;
  expect(read).toMatchObject(Object.assign({}, ...changes));
});
