// The surface of providers/: services by name, and one of them ready to be asked.
export { connect, type ConnectOptions } from "./connect.ts";
export { type FailureKind, ProviderFailure } from "./failures.ts";
export { providerKinds } from "./registry.ts";
export type {
  ChatReply,
  ChatRequest,
  Provider,
  ProviderKind,
  SchemaForm,
  Usage,
  WireRequest,
} from "./types.ts";
