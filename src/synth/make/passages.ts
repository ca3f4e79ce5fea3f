// Pieces of documents that rows can rest on: cut where their structure says, in an even choice where there are more than are needed.
// Memory is that of the chosen ones, whatever the size of the documents.
import { createHash } from "node:crypto";
import { Random } from "../../core/random.ts";
import { chunksOf } from "../chunks/chunks.ts";
import type { OpenSource } from "../sources/types.ts";
import type { Passage } from "./plan.ts";

export interface PassageOptions {
  /** Characters of one, about. */
  characters: number;
  /** At most so many; an even choice of all. */
  most: number;
  seed: number;
}

export interface PassageSet {
  passages: Passage[];
  /** Of all there are, chosen or not. */
  total: number;
  characters: number;
  /** Changes with any of the text. */
  digest: string;
}

async function* pieces({ source, parts }: OpenSource, characters: number): AsyncGenerator<Passage> {
  for await (const { span, text } of chunksOf(parts, { most: characters }))
    yield { source, span, text };
}

/** Too short to say anything. */
const leastLetters = 10;

/** Keeps every piece with the same chance: reservoir sampling (Vitter 1985, algorithm R). */
class Choice {
  readonly kept: { at: number; passage: Passage }[] = [];
  total = 0;
  readonly #random: Random;
  readonly #most: number;

  constructor(most: number, seed: number) {
    this.#most = most;
    this.#random = Random.fromSeed(seed).split("passages");
  }

  offer(passage: Passage): void {
    const at = this.total++;
    if (at < this.#most) this.kept.push({ at, passage });
    else {
      const place = this.#random.integer(at + 1);
      if (place < this.#most) this.kept[place] = { at, passage };
    }
  }
}

export async function choosePassages(
  sources: AsyncIterable<OpenSource>,
  { characters, most, seed }: PassageOptions,
): Promise<PassageSet> {
  const choice = new Choice(most, seed);
  const hash = createHash("sha256");
  let all = 0;
  for await (const source of sources) {
    for await (const passage of pieces(source, characters)) {
      hash.update(`${passage.source}\n${passage.text}\n`);
      all += passage.text.length;
      if (passage.text.replace(/[^\p{L}\p{N}]/gu, "").length >= leastLetters) choice.offer(passage);
    }
  }
  const inOrder = choice.kept.toSorted((a, b) => a.at - b.at).map(({ passage }) => passage);
  return {
    passages: inOrder,
    total: choice.total,
    characters: all,
    digest: hash.digest("hex").slice(0, 16),
  };
}
