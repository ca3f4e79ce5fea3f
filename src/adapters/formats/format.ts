// What one format of adapters gives: how it is known, read and written. One format is one file and a line of index.ts.
import type { Tensor } from "../../mx/index.ts";
import type { AdapterBase, Dropped, StoredAdapter } from "../stored-adapter.ts";

export type AdapterConfig = Readonly<Record<string, unknown>>;

/** A folder with an adapter_config.json, read but not checked. */
export interface FoundAdapter {
  folder: string;
  config: AdapterConfig;
}

/** An adapter as a format's files hold it. */
export interface WrittenAdapter {
  /** adapter_config.json */
  config: Record<string, unknown>;
  /** Name of the file of its weights. */
  file: string;
  /** Of that file. */
  metadata: Record<string, string>;
  dropped: readonly Dropped[];
  /** What the file holds; they belong to the caller. */
  tensors: Map<string, Tensor>;
}

export interface AdapterFormat {
  summary: string;
  /** Whether an adapter's configuration is of this format. */
  holds(config: AdapterConfig): boolean;
  /** Names that its file of weights may have; the first that is there is meant. */
  files: readonly string[];
  /** Reads headers only. */
  open(found: FoundAdapter, base: AdapterBase): Promise<StoredAdapter>;
  /** The same adapter in this format. */
  write(adapter: StoredAdapter, base: AdapterBase): WrittenAdapter;
}
