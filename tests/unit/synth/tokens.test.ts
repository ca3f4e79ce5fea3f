// Counts of tokens beside those of tiktoken and mistral-common (tests/fixtures/tokens/make.py made them).
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { countRow } from "../../../src/synth/tokens/count-row.ts";
import { countedMessage } from "../../../src/synth/tokens/counted-message.ts";
import { encodingOfModel, tokenCounter } from "../../../src/synth/tokens/encodings.ts";

interface Fixture {
  texts: string[];
  counts: Record<string, number[]>;
  chats: { messages: unknown[]; tools?: unknown[] }[];
  chatCounts: Record<string, (number | null)[]>;
}

const file = new URL("../../fixtures/tokens/counts.json", import.meta.url);
const fixture = JSON.parse(readFileSync(file, "utf8")) as Fixture;

describe("texts", () => {
  test.each(Object.keys(fixture.counts))("%s counts as its publisher's program", async (name) => {
    const counter = await tokenCounter(name);
    expect(fixture.texts.map((text) => counter.text(text))).toEqual(fixture.counts[name]);
    expect(counter.exactness).toBe("exact");
  });

  test("a long text counts as its parts, and one piece of a million letters ends soon", async () => {
    const counter = await tokenCounter("o200k");
    const line = "The river runs past the houses, and nobody waits.\n";
    expect(counter.text(line.repeat(5000))).toBe(5000 * counter.text(line));
    const begun = process.cpuUsage();
    counter.text("一二".repeat(100_000) + "ab".repeat(100_000));
    // quadratic joining would need minutes of processor time
    expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(10);
  });
});

describe("conversations", () => {
  test.each(Object.keys(fixture.chatCounts))("%s counts as mistral-common", async (name) => {
    const counter = await tokenCounter(name);
    const expected = fixture.chatCounts[name] ?? [];
    const counted = fixture.chats.map((row, at) =>
      expected[at] === null
        ? null
        : counter.messages({ messages: row.messages.map(countedMessage), tools: row.tools ?? [] }),
    );
    expect(counted).toEqual(expected);
    expect(expected.filter((count) => count !== null).length).toBeGreaterThan(15);
  });

  test("OpenAI's are 3 and, for each message, 3 with its role and its content", async () => {
    const counter = await tokenCounter("o200k");
    const messages = [
      { role: "user", content: "Where is the river?" },
      { role: "assistant", content: "Past the houses." },
    ];
    const own = messages.map(({ role, content }) => 3 + counter.text(role) + counter.text(content));
    expect(countRow(counter, { messages })).toBe(3 + own.reduce((all, one) => all + one));
  });
});

test("estimates say what they are", async () => {
  const counter = await tokenCounter("claude");
  const base = await tokenCounter("o200k");
  expect(counter.exactness).toBe("estimate");
  expect(counter.errorBound).toBeGreaterThan(0);
  const text = fixture.texts.join("\n");
  expect(counter.text(text)).toBeGreaterThan(base.text(text));
});

test("a model's name says its encoding", () => {
  const named = [
    "gpt-4.1-mini",
    "gpt-4-turbo",
    "claude-3-haiku",
    "gemini-2.5-flash",
    "open-mistral-nemo",
  ];
  expect(named.map(encodingOfModel)).toEqual(["o200k", "cl100k", "claude", "gemini", "tekken"]);
  expect(encodingOfModel("meta-llama/Llama-3.1-8B")).toBe("llama3");
});
