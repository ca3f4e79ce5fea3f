// The shipped data: what the generators make is what lies in data/, and data/README.md lists all of it.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { ChatRow } from "../../../dev/datasets/conversation.ts";
import { dataFiles } from "../../../dev/datasets/files.ts";
import { parseRow } from "../../../src/data/rows.ts";
import { dataCatalogue } from "../../../src/data/shipped.ts";
import { sqlChatRow, type SqlExample } from "../../../src/data/text-to-sql.ts";

const root = new URL("../../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

/** Users' own folders under data/, which git ignores. */
const isShipped = (path: string): boolean => !/^(cache|testing)\/|^README\.md$/.test(path);

function shippedPaths(): string[] {
  const entries = readdirSync(new URL("data/", root), { recursive: true, withFileTypes: true });
  const folder = new URL("data/", root).pathname;
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
/** Large, and so made by a command of its own: not there before it has run. */
const weights = "models/builtin-tiny/model.safetensors";

describe("data/", () => {
  test.each([...files.keys()])("%s is what the generator makes", (path) => {
    const same = read(path) === files.get(path);
    expect(same, "npx tsx dev/datasets/build.ts writes it again").toBe(true);
  });

  test("README.md lists every shipped file with its licence, and no other", () => {
    const rows = [...read("data/README.md").matchAll(/^\| `([^`]+)` \|.*\| MIT \|$/gm)];
    const shipped = [...new Set([...shippedPaths(), weights])];
    expect(rows.map(([, path]) => path).sort()).toEqual(shipped.sort());
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

  test("is small: at most 4 MB of data sets", () => {
    const bytes = [...files.values()].map((text) => Buffer.byteLength(text));
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(4_000_000);
  });

  test("conversations have several turns, some open with a system message", () => {
    const text = files.get("data/datasets/training/chat/general_conversation.jsonl") ?? "";
    const rows = text.trimEnd().split("\n");
    const roles = rows.map((line) =>
      (JSON.parse(line) as ChatRow).messages.map(({ role }) => role).join(" "),
    );
    const pattern = /^(system )?user assistant( user assistant)+$/;
    expect(roles.filter((order) => !pattern.test(order))).toEqual([]);
    const withSystem = roles.filter((order) => order.startsWith("system")).length;
    expect(withSystem).toBeGreaterThan(50);
    expect(withSystem).toBeLessThan(roles.length - 50);
  });

  test("every shipped set is found whole", () => {
    const missing = dataCatalogue({ project: fileURLToPath(root) }).filter(
      ({ present }) => !present,
    );
    expect(missing).toEqual([]);
  });

  test("the questions for a first look are three of new schemas", () => {
    const rows = files.get("data/datasets/training/wikisql/chat/test_new_schemas.jsonl") ?? "";
    const questions = JSON.parse(files.get("data/datasets/questions.json") ?? "") as SqlExample[];
    expect(questions).toHaveLength(3);
    for (const question of questions) expect(rows).toContain(JSON.stringify(sqlChatRow(question)));
  });
});
