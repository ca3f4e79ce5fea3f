// Names of who speaks, out of rows that are converted: templates that cannot say them then take the rows.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { convertFile } from "../../../../src/synth/profiles/index.ts";
import { makeFolder } from "../../../support/folders.ts";
import { jsonLines } from "../../../support/rows.ts";

const call = { id: "a", type: "function", function: { name: "look", arguments: "{}" } };
const row = {
  messages: [
    { role: "user", content: "Where?", name: "Ann", spans: [[0, 6]] },
    { role: "assistant", content: "I look.", name: "Ben", tool_calls: [call] },
    { role: "tool", content: "here", name: "look", tool_call_id: "a" },
    { role: "assistant", content: "Here." },
  ],
};

test.each([true, false])("names: %s", async (names) => {
  const folder = makeFolder({ "in.jsonl": jsonLines([row]) });
  const request = { file: join(folder, "in.jsonl"), out: join(folder, "out.jsonl"), to: "trl" };
  const { losses } = await convertFile({
    ...request,
    names,
    keepsSource: false,
    skipsBadRows: false,
  });
  const { messages } = JSON.parse(readFileSync(request.out, "utf8")) as typeof row;
  const kept = messages.map(({ name }) => name);
  expect(kept).toEqual([names ? "Ann" : undefined, names ? "Ben" : undefined, "look", undefined]);
  expect(losses.some(({ field }) => field.endsWith(".name"))).toBe(!names);
});
