// What the commands of `ft remote` share: where Tinker is, and how waiting is told.
import type { RemoteOptions } from "../app/remote/tinker.ts";
import type { Io } from "./io.ts";

export function remoteOptions(io: Io): RemoteOptions {
  const onNotice: RemoteOptions["onNotice"] = (level, message) =>
    io.note(level === "warning" ? `warning: ${message}` : message);
  return { environment: io.environment, signal: io.signal, onNotice };
}
