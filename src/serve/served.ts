// What every route works with: the model's process, who may ask, how much, and what is counted.
import type { AdapterShelf } from "./adapters/adapter-shelf.ts";
import type { Gate, GateOptions } from "./http/gate.ts";
import type { Access } from "./http/guards.ts";
import type { Metrics } from "./http/metrics.ts";
import type { ModelHost } from "./model/model-host.ts";

export interface Named {
  /** As it is listed. */
  id: string;
  /** By which requests may name it, its id among them. */
  names: readonly string[];
}

export interface ServeOptions extends Access, GateOptions {
  model: Named;
  /** Makes vectors beside it. */
  encoder?: Named | undefined;
  /** Of a body. */
  maxBodyBytes: number;
  /** A request has, from its headers to the end of its answer. */
  seconds: number;
  /** A client has to send its headers. */
  headerSeconds: number;
}

export interface Served {
  options: ServeOptions;
  host: ModelHost;
  gate: Gate;
  metrics: Metrics;
  shelf: AdapterShelf;
  /** Unix seconds. */
  started: number;
}
