import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DocumentFile } from "../../../src/studio/web-files.ts";
import { makeFolder } from "../../support/folders.ts";

test("the document is the newest built one, and the one before while a build has it away", async () => {
  const folder = `${makeFolder()}/`;
  const path = join(folder, "index.html");
  writeFileSync(path, "<script src=/assets/a1.js>");
  const document = new DocumentFile(folder);
  expect(await document.read()).toContain("a1.js");
  rmSync(path);
  expect(await document.read()).toContain("a1.js");
  writeFileSync(path, "<script src=/assets/b2.js>");
  expect(await document.read()).toContain("b2.js");
});
