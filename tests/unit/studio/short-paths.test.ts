// Titles of jobs name folders by their last part; what is no path of this machine stays as it is.
import { expect, test } from "vitest";
import { shortPaths } from "../../../src/studio/web/design/short-paths.ts";

test.each([
  ["/home/you/runs/tuned merged into /home/you/shared/tuned-4bit/", "tuned merged into tuned-4bit"],
  ["builtin/smollm2 on /data/rows.jsonl", "builtin/smollm2 on rows.jsonl"],
  ["~/models/mine as gguf into C:\\models\\mine.gguf", "mine as gguf into mine.gguf"],
  ["support, billing: 12 rows", "support, billing: 12 rows"],
  ["you/model at https://example.org/a/b", "you/model at https://example.org/a/b"],
  ["/one", "/one"],
])("%j", (text, short) => {
  expect(shortPaths(text)).toBe(short);
});
