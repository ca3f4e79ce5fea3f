// What can be put into the queue: one file here and one line in registry.ts. How jobs are kept and who works on them is
// the store's; this says what one kind of job is made of and how its units are done.
import type { z } from "zod";
import type { Environment } from "../../../core/paths.ts";
import type { Job, NewUnit, Store, UnitKind } from "../../../store/index.ts";

export interface JobKind<P> {
  /** For help: what such a job does. */
  about: string;
  /** Checked when it is submitted; kept with the job. */
  parameters: z.ZodType<P>;
  /** Jobs of this kind at once, unless the limit `jobs:KIND` says otherwise. */
  jobsAtOnce: number;
  title(parameters: P): string;
  /**
   * What only looking at the machine can tell: throws what is wrong, and gives the parameters as they are kept, such as
   * with absolute paths, because another process goes on with them from another folder.
   */
  prepare?(parameters: P, context: { environment: Environment; store: Store }): Promise<P>;
  /** What else belongs to the job: written in the transaction that makes it, which is the store's. */
  made?(job: Job, context: { environment: Environment; store: Store }): Promise<void>;
  /** Units of the job as it begins: one a row to write; a training is one. */
  units(parameters: P): Iterable<NewUnit>;
  /** What does its units. Opened once a worker, before any job is there, and closed with it: so it is quick. */
  open(context: { environment: Environment; store: Store }): Promise<OpenKind>;
}

export interface OpenKind {
  /** By their kinds' names, of which a unit has its job's unless it says otherwise. */
  units: Readonly<Record<string, UnitKind>>;
  close(): Promise<void>;
}
