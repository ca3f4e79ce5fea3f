// What a kind of host is: what an entry of it may say, and how a run gets there: started from here, or written into a file
// that another program reads.
import type { z } from "zod";
import type { Runner, RunSpec } from "../runner.ts";

export interface KindContext {
  /** Of ft here. */
  version: string;
  /** The command of a shell that is this very program. */
  program: string;
}

export interface HostKind {
  about: string;
  options: z.ZodObject;
  /** Absent: it is not started from here. */
  open?(name: string, options: object, context: KindContext): Runner;
  /** The text of a file that a person can read and give to that kind's own program. Absent: there is none. */
  emit?(name: string, options: object, spec: RunSpec): string;
  /** The command that a person gives such a file to. */
  runFile?(spec: RunSpec): string;
}

interface Kind<T extends z.ZodObject> {
  about: string;
  options: T;
  open?(name: string, options: z.infer<T>, context: KindContext): Runner;
  emit?(name: string, options: z.infer<T>, spec: RunSpec): string;
  runFile?(spec: RunSpec): string;
}

/** Options are those that the kind's own schema has let through. */
export const defineKind = <T extends z.ZodObject>(kind: Kind<T>): HostKind => kind as HostKind;
