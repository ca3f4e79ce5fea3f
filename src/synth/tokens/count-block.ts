// Tokens of a block of rows: what a thread does, and what is done here where there is none.
import { createHash } from "node:crypto";
import { type LineBlock, rowsOf } from "../rows/row-blocks.ts";
import { countRow } from "./count-row.ts";
import { type TokenCounter, tokenCounter } from "./encodings.ts";
import { folderCounter } from "./folder-counter.ts";
import { Recent } from "./recent.ts";

export interface CountSetup {
  /** Told in errors. */
  readonly file: string;
  /** A name of the registry, or a model's folder. */
  readonly encoding?: string | undefined;
  readonly folder?: string | undefined;
}

export interface CountedBlock {
  readonly ids: string[];
  readonly tokens: number[];
  /** Bytes of the rows. */
  readonly bytes: number;
}

/** Shorter texts are counted in less time than hashed. */
const worthKeeping = 512;

/** The same counter, which counts a long text that comes again only once. */
function remembering(counter: TokenCounter): TokenCounter {
  const known = new Recent<number>(50_000);
  const text = (given: string): number => {
    if (given.length < worthKeeping) return counter.text(given);
    const hash = createHash("sha256").update(given).digest("base64");
    return known.get(hash, () => counter.text(given));
  };
  return { ...counter, text };
}

export async function chosenCounter({
  encoding = "o200k",
  folder,
}: CountSetup): Promise<TokenCounter> {
  return folder === undefined ? await tokenCounter(encoding) : await folderCounter(folder);
}

export async function blockCounter(setup: CountSetup): Promise<(block: LineBlock) => CountedBlock> {
  const counter = remembering(await chosenCounter(setup));
  return (block) => {
    const counted = { ids: [] as string[], tokens: [] as number[], bytes: block.bytes.length };
    for (const { id, value } of rowsOf(block, setup.file)) {
      counted.ids.push(id);
      counted.tokens.push(countRow(counter, value));
    }
    return counted;
  };
}
