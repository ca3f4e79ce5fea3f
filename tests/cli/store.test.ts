// Commands over the store: versions of datasets, differences, merges, files, copies.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";

const row = (id: number, answer: string) => JSON.stringify({ id, answer });

async function workplace() {
  const folder = makeFolder({
    "one.jsonl": `${[row(1, "a"), row(2, "b"), row(3, "c")].join("\n")}\n`,
    "two.jsonl": `${[row(1, "a"), row(2, "B"), row(4, "d")].join("\n")}\n`,
    "three.jsonl": `${[row(1, "A"), row(2, "bb"), row(3, "c")].join("\n")}\n`,
  });
  const env = { FT_HOME: join(folder, "home") };
  const ft = (...args: string[]) => runProgram(args, { cwd: folder, env });
  const json = async (...args: string[]) =>
    JSON.parse((await ft(...args, "--json")).stdout) as Record<string, unknown>;
  return { folder, ft, json };
}

test("a dataset through its versions", async () => {
  const { folder, ft, json } = await workplace();
  expect((await ft("data", "history")).stdout).toContain("No datasets yet");
  expect((await ft("data", "import", "one.jsonl", "--name", "set")).stdout).toBe("set@1: 3 rows\n");
  expect(
    await json("data", "import", "two.jsonl", "--name", "set", "--message", "by hand"),
  ).toMatchObject({
    version: "set@2",
    rows: 3,
    message: "by hand",
  });
  const { versions } = await json("data", "history", "set");
  expect(versions).toMatchObject([{ version: "set@2" }, { version: "set@1", action: "import" }]);
  const diff = await ft("data", "diff", "set");
  expect(diff.stdout).toContain("set@1 (3 rows) → set@2 (3 rows): 1 added, 1 removed, 1 changed");
  expect(diff.stdout).toContain('answer: "b" → "B"');
  expect(await json("data", "diff", "set@2", "set@1")).toMatchObject({
    added: 1,
    removed: 1,
    changed: 1,
  });
  expect((await ft("data", "write", "set", "out.jsonl", "--follow")).code).toBe(0);
  const out = join(folder, "out.jsonl");
  expect(readFileSync(out)).toEqual(readFileSync(join(folder, "two.jsonl")));
  expect((await ft("data", "restore", "set@1")).stdout).toContain("set@3: 3 rows");
  expect((await ft("data", "sync")).stdout).toContain("written");
  expect(readFileSync(out)).toEqual(readFileSync(join(folder, "one.jsonl")));
  appendFileSync(out, `${row(9, "new")}\n`);
  expect((await ft("data", "sync")).code).toBe(4);
  expect(await json("data", "sync", "--import")).toMatchObject({ files: [{ state: "written" }] });
  expect((await ft("data", "history")).stdout).toMatch(/set@4 +4 /);
});

test("a merge shows conflicts and settles them when told how", async () => {
  const { ft, json } = await workplace();
  await ft("data", "import", "one.jsonl", "--name", "set");
  await ft("data", "import", "two.jsonl", "--name", "set");
  await ft("data", "import", "three.jsonl", "--name", "other");
  const refused = await ft("data", "merge", "set", "other", "--base", "set@1");
  expect(refused.code).toBe(4);
  expect(refused.stdout).toContain('answer: ours "B", theirs "bb"');
  expect(await json("data", "merge", "set", "other", "--base", "set@1")).toMatchObject({
    version: null,
    conflicts: [{ key: "2", kind: "changed" }],
  });
  const settled = await ft(
    "data",
    "merge",
    "set",
    "other",
    "--base",
    "set@1",
    "--on-conflict",
    "theirs",
  );
  expect(settled).toMatchObject({ code: 0 });
  expect(settled.stdout).toContain("set@3: 3 rows");
  expect((await ft("data", "diff", "set@1", "set@3")).stdout).toContain('answer: "a" → "A"');
});

test("files are merged into a file, with what each had, and the store is not asked", async () => {
  const { folder, ft, json } = await workplace();
  const files = ["one.jsonl", "two.jsonl"].map((name) => join(folder, name));
  const refused = await ft("data", "merge", ...files);
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain("FT-DATASET-024");
  const conflict = await ft("data", "merge", ...files, "-o", "all.jsonl");
  expect(conflict.code).toBe(4);
  expect(conflict.stdout).toContain('answer: ours "b", theirs "B"');
  expect(conflict.stdout).toContain("Nothing was written: 1 conflicts.");
  expect(existsSync(join(folder, "all.jsonl"))).toBe(false);
  const told = await ft("data", "merge", ...files, "-o", "all.jsonl", "--on-conflict", "theirs");
  expect(told.stdout).toContain("two.jsonl: 3 rows, 1 added, 1 the same, 0 changed");
  expect(told.stdout).toContain("all.jsonl: 4 rows");
  expect(readFileSync(join(folder, "all.jsonl"), "utf8")).toBe(
    `${[row(1, "a"), row(2, "B"), row(3, "c"), row(4, "d")].join("\n")}\n`,
  );
  expect(await json("data", "history")).toMatchObject({ versions: [] });
});

test("what is not there or cannot be read is told with the way out", async () => {
  const { ft } = await workplace();
  const unknown = await ft("data", "history", "nothing");
  expect(unknown).toMatchObject({ code: 2 });
  expect(unknown.stderr).toContain("FT-DATASET-001");
  expect((await ft("data", "import", "none.jsonl", "--name", "set")).code).not.toBe(0);
  expect((await ft("data", "history", "--drops")).code).toBe(2);
});

test("a copy of the store, and back", async () => {
  const { folder, ft, json } = await workplace();
  expect((await ft("store", "check")).code).toBe(3);
  await ft("data", "import", "one.jsonl", "--name", "set");
  expect((await ft("store", "backup", "copy.db")).code).toBe(0);
  expect((await ft("store", "backup", "copy.db")).stderr).toContain("FT-STORE-005");
  await ft("data", "import", "two.jsonl", "--name", "set");
  const { kept } = (await json("store", "restore", "copy.db")) as { kept: string };
  expect(existsSync(kept)).toBe(true);
  expect(await json("data", "history", "set")).toMatchObject({ versions: [{ version: "set@1" }] });
  expect((await ft("store", "check")).stdout).toContain("sound");
  expect(await json("store", "check", join(folder, "copy.db"))).toMatchObject({ problems: [] });
});

test("a removed set leaves the lists, and with compact the disk", async () => {
  const { ft, json } = await workplace();
  await ft("data", "import", "one.jsonl", "--name", "set");
  expect(await ft("data", "remove", "set")).toMatchObject({ code: 2 });
  expect((await ft("data", "remove", "nope")).stderr).toContain("Unknown dataset 'nope'");
  expect(await json("data", "remove", "set", "--yes")).toEqual({ removed: ["set"] });
  expect((await ft("data", "history")).stdout).toContain("No datasets yet");
  expect(await json("store", "compact")).toEqual({ versions: 1, records: 3 });
});
