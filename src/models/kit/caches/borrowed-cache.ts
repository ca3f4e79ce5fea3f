// Of a layer that reads the keys and values of another: that one holds them, here is only how many tokens were read.
import type { Tensor } from "../../../mx/index.ts";
import type { LayerCache } from "./layer-cache.ts";
import { readOfRows, type RowsRead, readTogether } from "./rows-read.ts";

export class BorrowedCache implements LayerCache {
  readonly padding: readonly number[] | undefined;
  #offset: number;

  constructor({ offset, padding }: RowsRead) {
    this.padding = padding;
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  *tensors(): Generator<Tensor> {}

  advance(length: number): void {
    this.#offset += length;
  }

  canTrim(count: number): boolean {
    return count <= this.#offset;
  }

  trim(count: number): boolean {
    if (!this.canTrim(count)) return false;
    this.#offset -= count;
    return true;
  }

  ofRows(rows: readonly number[]): BorrowedCache {
    return new BorrowedCache(readOfRows(this, rows));
  }

  with(others: readonly LayerCache[]): BorrowedCache {
    return new BorrowedCache(readTogether([this, ...others]));
  }
}
