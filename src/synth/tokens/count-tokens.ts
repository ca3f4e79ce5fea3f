// Tokens of every row of a dataset, in order, at the memory of a few blocks.
import { workOnBlocks } from "../rows/block-work.ts";
import type { LineBlock } from "../rows/row-blocks.ts";
import { blockCounter, type CountedBlock, type CountSetup } from "./count-block.ts";

/** Throws DataError FT-ROWS-001, and what the counter throws. */
export function countTokens(
  blocks: AsyncIterable<LineBlock>,
  { threads, ...setup }: CountSetup & { threads?: number | undefined },
): AsyncGenerator<CountedBlock> {
  const entry = new URL(`count-thread${import.meta.url.slice(-3)}`, import.meta.url);
  return workOnBlocks(blocks, { entry, setup, make: blockCounter, threads });
}
