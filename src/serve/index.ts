// The surface of serve/.
export { AdapterShelf } from "./adapters/adapter-shelf.ts";
export { Gate } from "./http/gate.ts";
export { Metrics } from "./http/metrics.ts";
export type * from "./model/messages.ts";
export { EventQueue } from "./model/event-queue.ts";
export { AskersError, ModelHost } from "./model/model-host.ts";
export { buildServer } from "./server.ts";
export type { Named, Served, ServeOptions } from "./served.ts";
