// Names a run: sorts by start time, unique without asking anyone.
import { randomBytes } from "node:crypto";

/** For example `20261121-120226-4f9a1c`, in UTC. */
export function makeRunId(now: Date = new Date()): string {
  const [date = "", time = ""] = now.toISOString().split("T");
  const clock = time.slice(0, 8).replaceAll(":", "");
  return `${date.replaceAll("-", "")}-${clock}-${randomBytes(3).toString("hex")}`;
}
