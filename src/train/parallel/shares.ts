// Which rows of an optimizer step each of several workers computes. Arithmetic over indices: every worker reads the same
// plan in the same order and knows what the others do.

/** One of several processes that train one model on parts of the same batches; ranks count from 0. */
export interface Crew {
  rank: number;
  workers: number;
}

/** What one worker computes at once. */
export interface Piece {
  /** Of the micro-batch that it is a part of. */
  indices: number[];
  worker: number;
  /** Which of the step's seeds is its own. */
  seed: number;
}

/**
 * Every micro-batch in as many pieces as there are workers, of sizes that differ by one at most. Who gets the larger ones
 * goes round, so that small micro-batches keep all busy; a piece without rows is left out.
 */
export function piecesOf(microBatches: readonly (readonly number[])[], workers: number): Piece[] {
  let first = 0;
  return microBatches.flatMap((rows, at) => {
    const larger = rows.length % workers;
    const size = Math.floor(rows.length / workers);
    let start = 0;
    const pieces = Array.from({ length: workers }, (_, part): Piece => {
      const indices = rows.slice(start, start + size + (part < larger ? 1 : 0));
      start += indices.length;
      return { indices, worker: (first + part) % workers, seed: at * workers + part };
    });
    first += larger;
    return pieces.filter(({ indices }) => indices.length > 0);
  });
}
