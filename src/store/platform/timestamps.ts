// Times as the dataset creator's tables have them, and as names of its files.

/** ISO 8601 in UTC, which SQLite's own functions read too. */
export const timestamp = (now: number): string => new Date(now).toISOString();

/** `20261127_083001` */
export const fileStamp = (now: number): string =>
  timestamp(now).slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "_");
