// What a place that trains is asked, whatever it is: the one interface of all kinds of hosts. A run folder is what is
// exchanged: settings go there, events and results come back. Knows no kind.

import type { Shell } from "./shell.ts";

/** A file or folder of this machine that a run needs there. */
export interface RunInput {
  /** Absolute, here. */
  path: string;
  /** Of its content, in hexadecimal: what is there already is not sent again. */
  digest: string;
  bytes: number;
}

/** A run as it is handed over. */
export interface RunSpec {
  /** Names it there; no two are the same. */
  id: string;
  inputs: readonly RunInput[];
  /** The run's folder here. */
  output: string;
  /** The settings of `ft train start --config`, told where the run's folder and its inputs are there. */
  settings(places: RunPlaces): object;
}

export interface RunPlaces {
  output: string;
  /** Of an input by its path here. */
  of(path: string): string;
}

/** Null: known once something runs there. */
export interface HostReport {
  /** Of ft there. */
  version: string | null;
  node: string | null;
  platform: string | null;
}

export interface Capabilities {
  backend: string;
  device: string | null;
  memoryBytes: number;
  /** On the disk that runs are written to. */
  freeBytes: number;
}

export interface Submitted {
  id: string;
  /** The run folder there. */
  output: string;
  /** Inputs: where each is there, and here. */
  inputs: [there: string, here: string][];
  /** Where a browser shows it. */
  page?: string;
}

/** "gone": it ended without saying how. */
export type HostStatus =
  | { state: "waiting" | "running" | "gone" | "unknown" }
  | { state: "over"; code: number };

export interface SubmitOptions {
  onCopy?: ((input: RunInput) => void) | undefined;
  /** Called once all is there, before anything is started: whoever is cut off in between knows what to look for. */
  onPlaced?: ((placed: Submitted) => Promise<void>) | undefined;
}

export interface Cost {
  /** Dollars an hour, and at most in all. */
  hourly: number;
  most: number;
}

export interface Runner {
  /** Whether a run could begin there. @throws FtError that says what is in the way. */
  check(): Promise<HostReport>;
  capabilities(): Promise<Capabilities>;
  /** Copies what is missing and starts; the same spec twice starts one run. */
  submit(spec: RunSpec, options?: SubmitOptions): Promise<Submitted>;
  /**
   * Goes on with a run that has ended there, from its last checkpoint; its events go on behind those that it has. False:
   * it has none there. Absent: nothing of a run stays there.
   */
  goOn?(id: string): Promise<boolean>;
  status(id: string): Promise<HostStatus>;
  /** What it said beside events, from a byte on. */
  logs(id: string, cursor: number): Promise<{ text: string; cursor: number }>;
  /**
   * Its events as lines of JSON from a count of lines on, as they come, to its end. @throws LineDropped when the
   * connection broke: ask again from where it was.
   */
  metrics(id: string, cursor: number, signal?: AbortSignal): AsyncIterable<string>;
  /** As Ctrl-C there: the step under way is finished and saved. */
  cancel(id: string): Promise<void>;
  /** The run's folder as a tar archive, without its events. */
  fetch(id: string): AsyncIterable<Uint8Array>;
  /** What a run would cost; undefined where nobody asks for money, or nobody knows. */
  cost(): Promise<Cost | undefined>;
  /** Dollars that it has cost so far, by its time; undefined likewise. */
  spent(id: string): Promise<number | undefined>;
  /** Of a place whose programs may be spoken to while they run, by their standard input and output. */
  readonly companion?: Companion;
}

export interface Companion {
  /** Brings files there, each content once; says where each is. */
  bring(inputs: readonly RunInput[], onCopy?: (input: RunInput) => void): Promise<RunPlaces["of"]>;
  shell: Shell;
  /** The command that is ft there. */
  ft: string;
}

/** The connection broke; what runs there goes on. */
export class LineDropped extends Error {}
