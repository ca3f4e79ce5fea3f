// A seeded slice of make bench-extract: made documents in every form, those by hand, and text nobody talks in.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { madeDocuments } from "../../../../dev/bench-extract/documents.ts";
import { libraryFiles } from "../../../../dev/bench-extract/libraries.ts";
import { readMarkedFile } from "../../../../dev/bench-extract/marked.ts";
import { falseTurns, scores } from "../../../../dev/bench-extract/measure.ts";
import { rates, type Score } from "../../../../dev/bench-extract/score.ts";

const root = join(import.meta.dirname, "../../../..");
const byHand = (name: string): string => join(root, "dev/bench-extract/hand", `${name}.txt`);

describe("conversations in documents whose conversations are known", () => {
  test("made documents of all forms and languages: F1 0.97, all of it verbatim", async () => {
    const all = await scores(madeDocuments(7, 0.1), () => []);
    const { f1, verbatim, roles } = rates(all.get("all") as Score);
    expect(f1).toBeGreaterThanOrEqual(0.97);
    expect(roles).toBeGreaterThanOrEqual(0.99);
    expect(verbatim).toBe(1);
  });

  test.each(["tuned", "held-out", "varied"])("documents by hand, %s: F1 0.95", async (name) => {
    const all = await scores(readMarkedFile(byHand(name)), () => []);
    const { f1, verbatim } = rates(all.get("all") as Score);
    expect(f1).toBeGreaterThanOrEqual(0.95);
    expect(verbatim).toBe(1);
  });

  test("recipes, contracts, glossaries, exams, logs and code have none", async () => {
    const files = readMarkedFile(byHand("negatives")).map(({ name, text }) => ({
      file: name,
      text,
    }));
    expect((await falseTurns(files)).worst).toEqual([]);
  });

  test("installed packages have less than one turn in 1,000 lines", async () => {
    const told = await falseTurns(libraryFiles(join(root, "node_modules"), 60, 3e6));
    expect(told.lines).toBeGreaterThan(10_000);
    expect((1000 * told.turns) / told.lines).toBeLessThan(1);
  });
});
