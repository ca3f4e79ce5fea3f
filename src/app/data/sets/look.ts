// What a look at all rows of a set is.
import type { z } from "zod";
import type { Store } from "../../../store/index.ts";
import type { OpenSet } from "./open-set.ts";

export interface LookContext {
  store: Store;
  /** Its own, for files that it makes. */
  folder: string;
  signal: AbortSignal;
  onRows(done: number): void;
  /** Keeps a part of the result, to be shown while it goes on. */
  soFar(part: unknown, counted: number): Promise<void>;
}

interface LookDefinition<Schema extends z.ZodType> {
  /** For the title of its job: "pictures of support". */
  title: string;
  /** Sets of so many rows are looked through while the request waits: below 200 ms. */
  rowsAtOnce: number;
  options: Schema;
  run(set: OpenSet, options: z.infer<Schema>, context: LookContext): Promise<unknown>;
}

export type Look = LookDefinition<z.ZodType>;

export const defineLook = <Schema extends z.ZodType>(definition: LookDefinition<Schema>): Look => ({
  ...definition,
  run: (set, options, context) => definition.run(set, options as z.infer<Schema>, context),
});
