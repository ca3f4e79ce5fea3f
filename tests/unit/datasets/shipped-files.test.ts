// The shipped data: what the generators make is what lies in data/, and data/README.md lists all of it.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { dataFiles } from "../../../dev/datasets/files.ts";
import { sqlChatRow, type SqlExample } from "../../../dev/datasets/text-to-sql-rows.ts";
import { parseRow } from "../../../src/data/rows.ts";

const root = new URL("../../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

/** Users' own folders under data/, which git ignores. */
const isShipped = (path: string): boolean => !/^(cache|testing)\/|^README\.md$/.test(path);

function shippedPaths(): string[] {
  const entries = readdirSync(new URL("data/", root), { recursive: true, withFileTypes: true });
  const folder = fileURLToPath(new URL("data/", root));
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.replaceAll("//", "/").slice(folder.length))
    .filter(isShipped);
}

function kindsIn(file: string, text: string): Set<string> {
  const lines = text.trimEnd().split("\n");
  return new Set(
    lines.map((line, index) => {
      const result = parseRow(JSON.parse(line), "auto", { file, line: index + 1 });
      return "row" in result ? result.row.sample.kind : "unusable";
    }),
  );
}

const files = dataFiles();

describe("data/", () => {
  test.each([...files.keys()])("%s is what the generator makes", (path) => {
    const same = read(path) === files.get(path);
    expect(same, "npx tsx dev/datasets/build.ts writes it again").toBe(true);
  });

  test("README.md lists every shipped file with its licence, and no other", () => {
    const rows = [...read("data/README.md").matchAll(/^\| `([^`]+)` \|.*\| MIT \|$/gm)];
    expect(rows.map(([, path]) => path).sort()).toEqual(shippedPaths().sort());
  });

  test("README.md gives the number of rows", () => {
    for (const [, path, rows] of read("data/README.md").matchAll(/^\| `(\S+\.jsonl)` \| (\d+) /gm))
      expect([path, files.get(`data/${path}`)?.trimEnd().split("\n").length]).toEqual([
        path,
        Number(rows),
      ]);
  });

  test("every row is of a known format; the mixed file holds three kinds", () => {
    for (const [path, text] of files) {
      if (!path.endsWith(".jsonl")) continue;
      const isMixed = path.endsWith("mixed_format.jsonl");
      expect([path, kindsIn(path, text).size]).toEqual([path, isMixed ? 3 : 1]);
    }
  });

  test("the questions for a first look are three of new schemas", () => {
    const rows = files.get("data/datasets/training/wikisql/chat/test_new_schemas.jsonl") ?? "";
    const questions = JSON.parse(files.get("data/datasets/questions.json") ?? "") as SqlExample[];
    expect(questions).toHaveLength(3);
    for (const question of questions) expect(rows).toContain(JSON.stringify(sqlChatRow(question)));
  });
});
