// A version as commands and other programs tell it.
import type { Version } from "../../store/index.ts";

export interface ToldVersion {
  /** "rows@3". */
  version: string;
  hash: string;
  rows: number;
  action: string;
  message: string;
  /** ISO 8601. */
  createdAt: string;
}

export const toldVersion = (name: string, version: Version): ToldVersion => ({
  version: `${name}@${version.number}`,
  hash: version.hash,
  rows: version.size,
  action: version.action,
  message: version.message,
  createdAt: new Date(version.createdAt).toISOString(),
});
