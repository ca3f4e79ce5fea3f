// Flat arrays in buffers that travel one after the other: several small ones in one, a large one in several.
import { concatenate, type Tensor } from "../../mx/index.ts";

/**
 * Numbers of a buffer: few sums, and little memory beside the gradients. MLX's ring takes 8 MiB of each of two ranks at a
 * time, and is several times as slow with what goes beyond (dev/bench/ring.ts).
 */
const usual = (16 * 2 ** 20) / 4;

/** A piece of one of several arrays. */
export interface Piece {
  /** Which array. */
  of: number;
  numbers: Tensor;
}

/** In groups that fill a buffer; what does not fit into one goes on in the next. */
export function inBuffers(arrays: readonly Tensor[], limit = usual): Piece[][] {
  const groups: Piece[][] = [];
  let room = 0;
  for (const [of, array] of arrays.entries()) {
    for (let start = 0; start < array.size;) {
      if (room === 0) {
        groups.push([]);
        room = limit;
      }
      const end = Math.min(array.size, start + room);
      const numbers = end - start === array.size ? array : array.narrow(0, start, end);
      groups.at(-1)?.push({ of, numbers });
      room -= end - start;
      start = end;
    }
  }
  return groups;
}

/** The arrays again, in their order, from what became of each buffer. */
export function fromBuffers(
  groups: readonly (readonly Piece[])[],
  buffers: readonly Tensor[],
): Tensor[] {
  const found: Tensor[][] = [];
  for (const [at, group] of groups.entries()) {
    let start = 0;
    for (const { of, numbers } of group) {
      const end = start + numbers.size;
      (found[of] ??= []).push((buffers[at] as Tensor).narrow(0, start, end));
      start = end;
    }
  }
  return found.map((pieces) => (pieces.length === 1 ? (pieces[0] as Tensor) : concatenate(pieces)));
}
