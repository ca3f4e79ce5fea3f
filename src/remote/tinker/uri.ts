// Addresses of checkpoints: tinker://RUN/weights/NAME for state and optimizer, /sampler_weights/NAME to sample from,
// /external_weights/NAME to fetch.
import { badUri } from "./errors.ts";

const KINDS = {
  weights: "training",
  sampler_weights: "sampler",
  external_weights: "external",
} as const;

type KindInPath = keyof typeof KINDS;
export type CheckpointKind = (typeof KINDS)[KindInPath];

export interface CheckpointUri {
  uri: string;
  runId: string;
  kind: CheckpointKind;
  name: string;
  /** As paths of the service have it: `weights/NAME`. */
  checkpointId: string;
}

export const isTinkerUri = (text: string): boolean => text.startsWith("tinker://");

/** @throws UsageError FT-REMOTE-014 */
export function parseUri(uri: string): CheckpointUri {
  const parts = /^tinker:\/\/([A-Za-z0-9._:-]+)\/([a-z_]+)\/([A-Za-z0-9._-]+)$/.exec(uri);
  const [, runId = "", inPath = "", name = ""] = parts ?? [];
  if (parts === null || !(inPath in KINDS) || /^\.+$/.test(name)) throw badUri(uri);
  const kind = KINDS[inPath as KindInPath];
  return { uri, runId, kind, name, checkpointId: `${inPath}/${name}` };
}

/** The name of a checkpoint after a step, four digits at least so that names sort. */
export const stepName = (step: number): string => `step_${String(step).padStart(4, "0")}`;

/** The step that a checkpoint's name tells; undefined where it tells none. */
export function stepOf(name: string): number | undefined {
  const found = /^step[_-](\d+)$/.exec(name);
  return found === null ? undefined : Number(found[1]);
}
