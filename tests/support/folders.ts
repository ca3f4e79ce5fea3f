// New folders and files inside the folder of this test run. What is in the files is said in each test.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { inject } from "vitest";

/** Makes a new folder with these files, by relative path. */
export function makeFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(inject("runFolder"), "made-"));
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
