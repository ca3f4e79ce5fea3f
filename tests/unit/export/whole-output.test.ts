// Large outputs over nothing: of two writers of one name one wins, and the other touches nothing of it.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { UsageError } from "../../../src/core/errors.ts";
import { type OutputKind, writeWhole } from "../../../src/export/whole-output.ts";
import { makeFolder } from "../../support/folders.ts";

/** Writes `text` in as a file or a folder's file, when `begin` says so. */
function write(kind: OutputKind, text: string, begin: Promise<void>) {
  return async (temporary: string): Promise<void> => {
    await begin;
    if (kind === "folder") mkdirSync(temporary);
    writeFileSync(kind === "folder" ? join(temporary, "model") : temporary, text);
  };
}

test.each<OutputKind>(["file", "folder"])("two writers of one %s", async (kind) => {
  const folder = makeFolder();
  const output = { path: join(folder, "out"), kind, bytes: 10 };
  const gate: { open?: () => void } = {};
  const both = new Promise<void>((resolve) => (gate.open = resolve));
  const writing = ["first", "second"].map((text) => writeWhole(output, write(kind, text, both)));
  gate.open?.();
  const ends = await Promise.allSettled(writing);
  expect(ends.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  const lost = ends.find((end) => end.status === "rejected");
  expect(lost?.reason).toBeInstanceOf(UsageError);
  expect(lost?.reason).toMatchObject({ code: "FT-USAGE-014" });
  const winner = ends[0]?.status === "fulfilled" ? "first" : "second";
  const file = kind === "folder" ? join(output.path, "model") : output.path;
  expect(readFileSync(file, "utf8")).toBe(winner);
  expect(readdirSync(folder)).toEqual(["out"]);
});

test("an empty folder gives way, and what holds something does not", async () => {
  const folder = makeFolder({ "full/mine": "kept", "empty/x": "" });
  const now = Promise.resolve();
  const output = { path: join(folder, "full"), kind: "folder" as const, bytes: 10 };
  await expect(writeWhole(output, write("folder", "new", now))).rejects.toMatchObject({
    code: "FT-USAGE-014",
    // the user's own work may be there: no command that deletes it is offered
    hint: expect.not.stringContaining("rm "),
  });
  mkdirSync(join(folder, "room"));
  await writeWhole({ ...output, path: join(folder, "room") }, write("folder", "new", now));
  expect(readFileSync(join(folder, "room/model"), "utf8")).toBe("new");
});
