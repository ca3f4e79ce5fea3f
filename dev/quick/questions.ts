// The shipped text-to-SQL questions that the demonstrations ask: read from the chat files, told whether they are right.
// Knows no model.
import { readFileSync } from "node:fs";
import type { SqlExample } from "../datasets/text-to-sql-rows.ts";

export const dataFolder = "data/datasets/training/wikisql/chat";

/** Questions that are in no training row, by whether their tables are. */
export const heldOut = { "known tables": "test", "new tables": "test_new_schemas" } as const;

/** The examples of one file: `train`, `valid`, `test` or `test_new_schemas`. */
export function readExamples(name: string): SqlExample[] {
  const lines = readFileSync(`${dataFolder}/${name}.jsonl`, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => {
    const { messages } = JSON.parse(line) as { messages: { content: string }[] };
    const [user, assistant] = messages.slice(-2);
    return { prompt: user?.content ?? "", answer: assistant?.content ?? "" };
  });
}
