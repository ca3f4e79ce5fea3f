// Links in a folder that is uploaded: only what they lead to within it goes, or within the hub's cache.
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chosenFiles } from "../../../src/app/share/upload/chosen-files.ts";
import type { UploadSource } from "../../../src/app/share/upload/source.ts";
import { makeFolder } from "../../support/folders.ts";

const sourceOf = (folder: string): UploadSource =>
  ({ folder, run: undefined }) as unknown as UploadSource;

test("links out of the folder, to folders and to nothing stay here", async () => {
  const outside = makeFolder({ "private.txt": "mine" });
  const folder = makeFolder({ "config.json": "{}", "notes.md": "" });
  symlinkSync(join(outside, "private.txt"), join(folder, "out.txt"));
  symlinkSync(outside, join(folder, "folder"));
  symlinkSync(join(folder, "gone"), join(folder, "nowhere.txt"));
  symlinkSync("notes.md", join(folder, "README.md"));
  const { files, leftOut } = await chosenFiles(sourceOf(folder), false);
  expect(files.map(({ path }) => path).toSorted()).toEqual([
    "README.md",
    "config.json",
    "notes.md",
  ]);
  expect(Object.fromEntries(leftOut.map(({ path, why }) => [path, why]))).toEqual({
    "out.txt": "a link to a file outside the folder",
    folder: "a link to something other than a file",
    "nowhere.txt": "a link to a missing file",
  });
});

test("a snapshot of the hub's cache has its files as links to their content", async () => {
  const cache = makeFolder({ "blobs/0a1b": "{}" });
  const snapshot = join(cache, "snapshots", "c0ffee");
  mkdirSync(snapshot, { recursive: true });
  symlinkSync("../../blobs/0a1b", join(snapshot, "config.json"));
  const { files } = await chosenFiles(sourceOf(snapshot), false);
  expect(files.map(({ path }) => path)).toEqual(["config.json"]);
});
