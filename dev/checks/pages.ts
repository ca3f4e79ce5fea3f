// How pages are set: lines that fit a terminal and a review. Tables, and words that cannot be broken, may be longer.
import type { Repository, Rule } from "./repository.ts";

const columns = 120;

function tooLong(line: string): boolean {
  if (line.length <= columns || line.startsWith("|")) return false;
  return /\s/.test(line.trim().replace(/^([-*]|\d+\.) /, ""));
}

export const narrowPages: Rule = {
  name: `lines of pages have at most ${columns} columns`,
  check: (repository: Repository) =>
    repository.files
      .filter((file) => file.endsWith(".md") && !file.startsWith("tests/fixtures/"))
      .flatMap((file) => {
        const lines = repository.text(file).split("\n");
        return lines.flatMap((line, index) => (tooLong(line) ? [`${file}:${index + 1}`] : []));
      }),
};
