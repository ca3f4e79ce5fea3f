// Work on all blocks of a dataset, in threads where there is enough of it, with the results in order.
import { availableParallelism } from "node:os";
import { type Moved, WorkThreads } from "../../core/work-threads.ts";
import type { LineBlock } from "./row-blocks.ts";

export interface BlockWork<Setup, Result> {
  /** The module whose thread does it. */
  readonly entry: URL;
  readonly setup: Setup;
  /** The same without a thread. */
  make(setup: Setup): Promise<(block: LineBlock) => Result>;
  /** 0: none. Unless said, as many as there are processors, four at most, once there is more than a few blocks. */
  readonly threads?: number | undefined;
}

/** Fewer are done sooner than threads are started. */
const worthThreads = 4;

async function* moved(blocks: AsyncIterable<LineBlock>): AsyncGenerator<Moved<LineBlock>> {
  for await (const block of blocks)
    yield { job: block, transfer: [block.bytes.buffer as ArrayBuffer] };
}

async function* chained<T>(first: readonly T[], rest: AsyncIterator<T>): AsyncGenerator<T> {
  yield* first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

export interface Peeked {
  readonly first: readonly LineBlock[];
  /** All blocks, the first among them. */
  readonly all: AsyncGenerator<LineBlock>;
}

/** Reads blocks ahead until there is `enough` of them. */
export async function peek(
  blocks: AsyncIterable<LineBlock>,
  enough: (first: readonly LineBlock[]) => boolean,
): Promise<Peeked> {
  const source = blocks[Symbol.asyncIterator]();
  const first: LineBlock[] = [];
  while (!enough(first)) {
    const next = await source.next();
    if (next.done === true) break;
    first.push(next.value);
  }
  return { first, all: chained(first, source) };
}

export async function* workOnBlocks<Setup, Result>(
  blocks: AsyncIterable<LineBlock>,
  { entry, setup, make, threads }: BlockWork<Setup, Result>,
): AsyncGenerator<Result> {
  const { first, all } = await peek(blocks, ({ length }) => length >= worthThreads);
  const count = threads ?? (first.length < worthThreads ? 0 : Math.min(4, availableParallelism()));
  if (count === 0) {
    const work = await make(setup);
    for await (const block of all) yield work(block);
    return;
  }
  const pool = new WorkThreads<LineBlock, Result>(entry, { threads: count, setup });
  try {
    yield* pool.map(moved(all));
  } finally {
    await pool.close();
  }
}
