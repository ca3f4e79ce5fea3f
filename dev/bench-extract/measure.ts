// Runs the rules over known documents and over text nobody talks in, and counts.
import { Identifier } from "../../src/synth/identify/identify.ts";
import type { FoundConversation } from "../../src/synth/identify/types.ts";
import type { OpenSource, SourcePart } from "../../src/synth/sources/types.ts";
import type { GoldDocument } from "./gold.ts";
import { noScore, type Score, scoreDocument } from "./score.ts";

const partSize = 1 << 17;

async function* parts(text: string): AsyncGenerator<SourcePart> {
  for (let start = 0; start < text.length; start += partSize)
    yield { start, text: text.slice(start, start + partSize), blocks: [] };
}

function sourceOf(source: string, text: string): OpenSource {
  return { source, kind: "text", container: false, parts: parts(text) };
}

/** What is found in a text, as it would be in a file of it. */
export async function foundIn(name: string, text: string): Promise<FoundConversation[]> {
  const found: FoundConversation[] = [];
  for await (const one of new Identifier().of(sourceOf(name, text))) found.push(one);
  return found;
}

/** Scores by each of the keys that `keysOf` gives of a document, and of all under "all". */
export async function scores<Document extends GoldDocument>(
  documents: Iterable<Document>,
  keysOf: (document: Document) => string[],
): Promise<Map<string, Score>> {
  const byKey = new Map<string, Score>();
  for (const document of documents) {
    const found = await foundIn(document.name, document.text);
    for (const key of [...keysOf(document), "all"]) {
      const score = byKey.get(key) ?? noScore();
      byKey.set(key, score);
      scoreDocument(document, found, score);
    }
  }
  return byKey;
}

export interface FalseTurns {
  files: number;
  lines: number;
  characters: number;
  turns: number;
  processorSeconds: number;
  /** Files with the most of them. */
  worst: { file: string; turns: number }[];
}

/** Turns found where there are none. */
export async function falseTurns(
  files: Iterable<{ file: string; text: string }>,
): Promise<FalseTurns> {
  const told: FalseTurns = {
    files: 0,
    lines: 0,
    characters: 0,
    turns: 0,
    processorSeconds: 0,
    worst: [],
  };
  for (const { file, text } of files) {
    const before = process.cpuUsage();
    const turns = (await foundIn(file, text)).reduce(
      (sum, { messages }) => sum + messages.length,
      0,
    );
    const { user, system } = process.cpuUsage(before);
    told.processorSeconds += (user + system) / 1e6;
    told.files += 1;
    told.lines += text.split("\n").length;
    told.characters += text.length;
    told.turns += turns;
    if (turns > 0) told.worst.push({ file, turns });
  }
  told.worst = told.worst.toSorted((left, right) => right.turns - left.turns).slice(0, 5);
  return told;
}
