// What several workers say to each other between steps, over the ring of mx/distributed.ts: sums of arrays, a wish to
// stop, texts and arrays of the first of them. All call the same in the same order; a neighbour that is gone ends it.
// Processes, and what becomes of the others then, are app/train/crew's.
import { FtError } from "../../core/errors.ts";
import {
  allSum,
  concatenate,
  type Dtype,
  evaluate,
  float32,
  int32,
  retain,
  scope,
  type Tensor,
  zeros,
} from "../../mx/index.ts";
import { fromBuffers, inBuffers } from "./buffers.ts";
import type { Crew } from "./shares.ts";

/** Hears of every exchange, so that somebody who is not waiting can tell a slow worker from a line that stands still. */
export interface ExchangeWatch {
  entered(bytes: number): void;
  left(): void;
  /** Whether this worker was asked to stop. */
  wishesToStop(): boolean;
}

/** Types of the same size whose sums with 0 are the bits themselves. */
const wholeNumbers: Partial<Record<Dtype, Dtype>> = {
  float32: "uint32",
  float16: "uint16",
  bfloat16: "uint16",
};

const lost = (cause: unknown): FtError =>
  new FtError("FT-RING-001", {
    message: "the connection between workers was lost",
    hint: "ft train resume FOLDER goes on from the last checkpoint, with any number of workers",
    cause,
  });

/** Whether an error is what a worker sees of another's end. */
export const isLost = (error: unknown): boolean =>
  error instanceof FtError && error.code === "FT-RING-001";

export class Ring {
  readonly crew: Crew;
  readonly #watch: ExchangeWatch;
  #stops = false;

  constructor(crew: Crew, watch: ExchangeWatch) {
    this.crew = crew;
    this.#watch = watch;
  }

  get isFirst(): boolean {
    return this.crew.rank === 0;
  }

  /** Whether any worker wished to stop when all were last together: the same answer for each. */
  get stops(): boolean {
    return this.#stops;
  }

  /** Sums of each array over all workers, evaluated, in the arrays' own types. Tells who wishes to stop. */
  sum(tensors: readonly Tensor[]): Tensor[] {
    const wish = float32([this.#watch.wishesToStop() ? 1 : 0]);
    const flat = [...tensors, wish].map((tensor) => tensor.reshape(-1).astype("float32"));
    const groups = inBuffers(flat);
    const found = fromBuffers(
      groups,
      groups.map((group) => this.#exchange(concatenate(group.map(({ numbers }) => numbers)))),
    );
    const sums = [...tensors, wish].map(({ shape, dtype }, at) =>
      (found[at] as Tensor).reshape(...shape).astype(dtype),
    );
    const stop = sums.pop() as Tensor;
    if (stop.item() > 0) this.#stops = true;
    return sums;
  }

  /** Sums of numbers, as float32 has them. */
  sumNumbers(numbers: readonly number[]): number[] {
    return scope(() => this.sum(numbers.map((value) => float32([value]))).map((sum) => sum.item()));
  }

  /** What the worker of a rank says, in the ears of all; what the others give is not read. */
  hear(rank: number, text: string): string {
    const isMine = rank === this.crew.rank;
    const bytes = isMine ? Int32Array.from(Buffer.from(text, "utf8")) : new Int32Array();
    return scope(() => {
      const length = this.#exchange(int32([bytes.length])).item();
      if (length === 0) return "";
      const mine = isMine ? int32(bytes, [length]) : zeros([length], "int32");
      return Buffer.from(Uint8Array.from(this.#exchange(mine).toMemory() as Int32Array)).toString();
    });
  }

  /** What every worker says, by rank. */
  gather(text: string): string[] {
    return Array.from({ length: this.crew.workers }, (_, rank) => this.hear(rank, text));
  }

  /** The first worker's array for all, bit for bit; the others give one of the same shape and type. Retained. */
  spreadTensor(tensor: Tensor): Tensor {
    const whole = wholeNumbers[tensor.dtype];
    return scope(() => {
      const bits = whole === undefined ? tensor : tensor.view(whole);
      const sum = this.#exchange(this.isFirst ? bits : zeros(bits.shape, bits.dtype));
      return retain(whole === undefined ? sum : sum.view(tensor.dtype));
    });
  }

  #exchange(tensor: Tensor): Tensor {
    evaluate([tensor]);
    this.#watch.entered(tensor.nbytes);
    try {
      const sum = allSum(tensor);
      evaluate([sum]);
      return sum;
    } catch (error) {
      throw lost(error);
    } finally {
      this.#watch.left();
    }
  }
}
