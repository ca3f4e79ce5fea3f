// What the process that reads and its owner say to each other. Plain data, by structured clone.
import type { ReadSettings, ReadTarget, Told } from "./target.ts";

export type ToReader =
  | { readonly type: "read"; readonly target: ReadTarget; readonly settings: ReadSettings }
  /** One part was used up. */
  | { readonly type: "more" }
  /** No more parts of this target are wanted. */
  | { readonly type: "stop" };

export type FromReader =
  | Told
  /** The target is done, whatever came of it; the next may come. */
  | { readonly type: "idle" };

/** Parts that may be on their way at a time: what is read meanwhile waits, so memory stays bounded. */
export const PARTS_AHEAD = 4;
