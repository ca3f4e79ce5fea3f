// Several processes as one, over MLX's ring: joining it, cutting it, sums over all ranks.
// Who is where, and what to do once a neighbour is lost, is the callers'.
import { binding } from "./loader.ts";
import { Tensor } from "./tensor.ts";

export interface RingPlace {
  rank: number;
  size: number;
}

/**
 * Becomes one of a ring, once a process. Blocks this thread until both neighbours are there, for ever if they do not
 * come. `hostfile` names a file of JSON: a list of "IP:PORT" for each rank. Throws Error where an address cannot be had.
 */
export function joinRing(rank: number, hostfile: string): RingPlace {
  return binding().ringJoin(rank, hostfile);
}

/** Ends all waiting for neighbours, now and later, with an error. From any thread of the process. */
export function cutRing(): void {
  binding().ringCut();
}

/** The sum over all ranks, the same bits for each; every rank calls it with the same shape, in the same order. */
export function allSum(x: Tensor): Tensor {
  return new Tensor(binding().allSum(x.handle));
}

/** Takes a share of the processor's threads, where several processes compute on one machine; at least one. */
export function shareThreads(processes: number): void {
  const native = binding();
  native.setThreads(Math.max(1, Math.floor(native.threads() / processes)));
}
