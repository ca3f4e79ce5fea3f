import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  recoverFolder,
  replaceFolderAtomic,
  writeFileAtomic,
  writeJsonAtomic,
} from "../../../src/core/atomic-files.ts";
import { makeFolder } from "../../support/folders.ts";

describe("writeFileAtomic", () => {
  test("makes parents, replaces what is there and leaves nothing else", async () => {
    const folder = makeFolder();
    const file = join(folder, "deep", "state.json");
    await writeFileAtomic(file, "old");
    await writeJsonAtomic(file, { new: true });
    expect(readFileSync(file, "utf8")).toBe('{\n  "new": true\n}\n');
    expect(readdirSync(join(folder, "deep"))).toEqual(["state.json"]);
  });

  test("a failed write keeps the old file and removes the temporary one", async () => {
    const folder = makeFolder({ "target/keep": "x" });
    await expect(writeFileAtomic(join(folder, "target"), "data")).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(["target"]);
  });
});

describe("replaceFolderAtomic", () => {
  test("puts the new folder in the old one's place", async () => {
    const folder = makeFolder({ "new/a/b": "2", "final/old": "1" });
    await replaceFolderAtomic(join(folder, "new"), join(folder, "final"));
    expect(readFileSync(join(folder, "final", "a", "b"), "utf8")).toBe("2");
    expect(existsSync(join(folder, "final", "old"))).toBe(false);
    expect(readdirSync(folder)).toEqual(["final"]);
  });

  test("takes a name that was free", async () => {
    const folder = makeFolder({ "new/a": "2" });
    await replaceFolderAtomic(join(folder, "new"), join(folder, "final"));
    expect(readdirSync(folder)).toEqual(["final"]);
  });

  test("the old folder comes back after a crash between the renames", async () => {
    const folder = makeFolder({ "final/old": "1" });
    renameSync(join(folder, "final"), join(folder, ".final.replaced"));
    expect(await recoverFolder(join(folder, "final"))).toBe(true);
    expect(readFileSync(join(folder, "final", "old"), "utf8")).toBe("1");
    mkdirSync(join(folder, ".final.replaced"));
    expect(await recoverFolder(join(folder, "final"))).toBe(false);
    expect(readdirSync(folder)).toEqual(["final"]);
  });
});
