// Folders of files for tests of readers, inside the folder of this run.
// Not a fixture: what is in the files is said in each test.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { inject } from "vitest";
import type { Row } from "../../../src/data/rows.ts";

/** Makes a new folder with these files, by relative path. */
export function makeFolder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(inject("runFolder"), "data-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** One file in a new folder. */
export function makeFile(name: string, content: string | Uint8Array): string {
  return join(makeFolder({ [name]: content }), name);
}

export function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}

export function chatRow(question: string, answer: string): unknown {
  const user = { role: "user", content: question };
  return { messages: [user, { role: "assistant", content: answer }] };
}

export function textRow(text: string, line = 1): Row {
  return { sample: { kind: "text", text }, format: "text", file: "rows.jsonl", line };
}
