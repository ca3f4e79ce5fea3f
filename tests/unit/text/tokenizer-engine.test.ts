// The synchronous bridge: answers in order, says why a text cannot be encoded, and goes on afterwards.
import { execFileSync } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { TokenizerEngine } from "../../../src/text/tokenizer-engine.ts";

const source = path.join(import.meta.dirname, "../../../src/text/tokenizer-engine.ts");

/** Knows two words and has no token for others, so that a third word is an error. */
const definition = JSON.stringify({
  version: "1.0",
  pre_tokenizer: { type: "Whitespace" },
  model: { type: "WordLevel", vocab: { river: 0, stone: 1 }, unk_token: "[UNK]" },
});

function ids(engine: TokenizerEngine, text: string): number[] {
  return Array.from(engine.encode({ text, special: false, spans: false }).ids);
}

test("a failure is told with its reason, and the next text is encoded", () => {
  const engine = new TokenizerEngine(definition);
  expect(ids(engine, "stone river")).toEqual([1, 0]);
  for (let round = 0; round < 3; round++) {
    expect(() => ids(engine, "stone bird")).toThrow(/could not encode a text of 10 .*UNK/);
    expect(ids(engine, "river")).toEqual([0]);
  }
});

test("answers are those of their own texts, in whatever order they are asked for", () => {
  const engine = new TokenizerEngine(definition);
  const ask = (...texts: string[]): (() => number[][]) => {
    const answer = engine.submit({ texts, special: false, spans: false });
    return () => answer().map(({ ids }) => Array.from(ids));
  };
  const first = ask("river", "stone stone");
  const bad = ask("river", "bird");
  const last = ask("stone river", "", "river");
  expect(last()).toEqual([[1, 0], [], [0]]);
  expect(bad).toThrow(/a text of 4 characters: .*UNK/);
  expect(first()).toEqual([[0], [1, 1]]);
  expect(ids(engine, "river river")).toEqual([0, 0]);
});

test("spans come only when asked for", () => {
  const engine = new TokenizerEngine(definition);
  const request = { text: "river stone", special: false };
  expect(engine.encode({ ...request, spans: true }).spans).toEqual(Int32Array.of(0, 5, 6, 11));
  expect(engine.encode({ ...request, spans: false }).spans).toEqual(Int32Array.of());
});

test("a program that has encoded something ends by itself", () => {
  const program = `
    import { TokenizerEngine } from ${JSON.stringify(pathToFileURL(source).href)};
    const engine = new TokenizerEngine(${JSON.stringify(definition)});
    process.stdout.write(String(engine.encode({ text: "stone", special: false, spans: false }).ids));
  `;
  const options = { encoding: "utf8", timeout: 20_000 } as const;
  const run = ["--import", "tsx", "--input-type=module", "-e", program];
  expect(execFileSync(process.execPath, run, options)).toBe("1");
});
