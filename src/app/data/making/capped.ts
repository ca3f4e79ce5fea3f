// How many rows are made at most: what the service takes that the set is for, else what any known service takes.
// Known before anything is asked.
import { cappedCount, mostRows, profiles, readLimits } from "../../../synth/profiles/index.ts";

export interface Capped {
  count: number;
  /** Why fewer than asked for. */
  message?: string | undefined;
}

/** Throws UsageError FT-PROFILE-001 for an unknown profile. */
export function capped(asked: number, profile: string | undefined): Capped {
  const table = readLimits();
  if (profile !== undefined) {
    profiles.get(profile);
    return cappedCount(table, profile, asked);
  }
  const bounds = profiles.names().map((name) => mostRows(table, name)?.count ?? 0);
  const count = Math.max(...bounds);
  if (count === 0 || asked <= count) return { count: asked };
  const message = `${asked} rows were requested, ${count} will be made: no known service accepts more`;
  return { count, message };
}
