// docs/adding: every extension point has a page, and the line that each page shows is one like those that are there.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { documentText, root } from "../../support/documents.ts";

/** Extension points, by their page. */
const points: Readonly<Record<string, readonly string[]>> = {
  "answer-format": ["src/text/answers/formats/index.ts"],
  backend: ["src/mx/backends/index.ts"],
  command: ["src/cli/commands/index.ts"],
  criterion: ["src/synth/quality/criteria/registry.ts"],
  "doctor-check": ["src/app/doctor/index.ts"],
  domain: [],
  endpoint: ["src/studio/routes/index.ts"],
  "file-format": ["src/data/files/index.ts", "src/data/formats/index.ts"],
  host: ["src/remote/hosts/kinds/index.ts"],
  "job-kind": ["src/app/jobs/kinds/registry.ts"],
  model: ["src/models/registry.ts"],
  objective: ["src/train/objectives/index.ts", "src/train/tuning/index.ts"],
  op: ["native/ops/reductions.cc", "src/mx/binding.ts"],
  optimizer: ["src/nn/optimizers/index.ts"],
  provider: ["src/providers/registry.ts"],
  "row-format": ["src/synth/domains/formats.ts"],
  rule: ["dev/checks/index.ts"],
  schedule: ["src/nn/schedules.ts"],
  "source-reader": ["src/synth/sources/registry.ts"],
  template: ["src/text/templates/index.ts"],
};

interface Line {
  file: string;
  added: string;
  there: string;
}

/** "Add `ADDED` to `FILE`, next to `THERE`.", with what else is added in words. */
function linesOf(page: string): Line[] {
  const text = documentText(`docs/adding/${page}.md`).replaceAll(/\s+/g, " ");
  const found = text.matchAll(/Add (?:[a-z ]+ )?`([^`]+)` to `([^`]+)`, next to `([^`]+)`\./g);
  return [...found].map(([, added = "", file = "", there = ""]) => ({ file, added, there }));
}

const source = (file: string): string =>
  readFileSync(join(root, file), "utf8").replaceAll(/\s+/g, " ");

test("every extension point has a page, and every page is of one", () => {
  const pages = readdirSync(join(root, "docs/adding")).map((name) => name.replace(/\.md$/, ""));
  expect(pages.toSorted()).toEqual(Object.keys(points).toSorted());
  for (const page of pages) expect(documentText("README.md")).toContain(`docs/adding/${page}.md`);
});

test.each(Object.entries(points))(
  "%s: the line that is added is like one that is there",
  (page, files) => {
    const lines = linesOf(page);
    expect(lines.map(({ file }) => file)).toEqual(files);
    for (const { file, added, there } of lines) {
      expect(existsSync(join(root, file)), file).toBe(true);
      expect(source(file)).toContain(there);
      expect(source(file)).not.toContain(` ${added}`);
    }
    if (files.length === 0)
      expect(documentText(`docs/adding/${page}.md`)).toContain("No line is needed");
  },
);

/** `folder/file.ts: name` or `file.ts: name`, of the page on the life of one run. */
const named = [...documentText("docs/life-of-a-run.md").matchAll(/`([\w/-]+\.ts): ([\w.]+)`/g)];

test("the life of one run names functions", () => {
  expect(named.length).toBeGreaterThan(10);
});

const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });

test.each(named.map(([, file = "", name = ""]) => [file, name]))("%s has %s", (file, name) => {
  const own = name.split(".").at(-1) ?? "";
  const defined = new RegExp(
    String.raw`\b(function\*?|class|const|async\*?|\*)?\s*#?${own}\b\s*[=(<]`,
  );
  const files = sources.filter((path) => path === file || path.endsWith(`/${file}`));
  expect(files.length, file).toBeGreaterThan(0);
  expect(files.some((path) => defined.test(readFileSync(join(root, "src", path), "utf8")))).toBe(
    true,
  );
});
