// What a form of models is in which other programs read them: what it can be asked for, and how it is planned and
// written. Knows none by name; the registry is index.ts.
import type { TemplateSource } from "../../text/index.ts";
import type { StoredModel } from "../../weights/index.ts";
import type { RoundedUpdate } from "../kept-update.ts";
import type { OutputKind, WriteOptions } from "../whole-output.ts";
import type { ExportOptions } from "./options.ts";

/** What is exported. */
export interface ExportSource {
  /** The base where there is an adapter. */
  model: StoredModel;
  /** As it was named: a hub id, a folder, a file. */
  name: string;
  /** On the model, in mlx-lm's form or in PEFT's. */
  adapter?: { folder: string } | undefined;
  /** How conversations read since training; `auto` is the model's own way. */
  template: TemplateSource;
}

/** What the source has and the result has not. */
export interface Dropped {
  what: string;
  why: string;
}

/** All that is known before a byte is written. */
export interface PlannedExport {
  /** That it takes on the disk, at least. */
  bytes: number;
  dropped: readonly Dropped[];
  /** What else to know of the result, a sentence each. */
  notes: readonly string[];
  /** Where an adapter's update is rounded to few bits: what is written is looked at before it gets its name. */
  rounds?: RoundedUpdate | undefined;
  /** Makes the file or the folder at `to`, a passing name, where nothing is. Throws what the disk throws. */
  write(to: string, options: WriteOptions): Promise<void>;
}

export interface ExportFormat {
  /** What it is and who reads it, for help. */
  about: string;
  output: OutputKind;
  /** Default: a model. */
  holds?: "model" | "adapter";
  /** The options that it has a use for; others are refused. */
  takes: readonly (keyof ExportOptions)[];
  /** The words of `--quant`, where it takes any. */
  quants?: readonly string[];
  /** Reads no weights. Throws FtError for what the format cannot hold. */
  plan(source: ExportSource, options: ExportOptions): Promise<PlannedExport>;
}
