// Sizes, durations and counts as people write and read them. Decimal prefixes: 1 GB = 10^9 bytes,
// 1 GiB = 2^30. No locale: a point is the decimal mark everywhere.
import { UsageError } from "./errors.ts";

const prefixes = ["", "k", "M", "G", "T", "P"] as const;

/**
 * `value` with the largest fitting prefix and three significant digits: 1234567 → ["1.23", "M"].
 */
function scale(value: number): [string, string] {
  let scaled = value;
  let power = 0;
  while (Math.abs(scaled) >= 999.5 && power < prefixes.length - 1) {
    scaled /= 1000;
    power++;
  }
  const digits = power === 0 || Math.abs(scaled) >= 99.95 ? 0 : Math.abs(scaled) >= 9.995 ? 1 : 2;
  const text = scaled.toFixed(digits);
  return [digits === 0 ? text : text.replace(/\.?0+$/, ""), prefixes[power] ?? ""];
}

/** 1_500_000_000 → "1.5 GB". */
export function formatBytes(bytes: number): string {
  const [number, prefix] = scale(bytes);
  return `${number} ${prefix === "k" ? "K" : prefix}B`;
}

/** 1_234_567 → "1.23M"; below a thousand the number itself. */
export function formatCount(count: number): string {
  const [number, prefix] = scale(count);
  return `${number}${prefix === "G" ? "B" : prefix}`;
}

/** 1 → "1 token", 2 → "2 tokens". */
export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? "" : "s"}`;

/** Seconds as "0.42s", "12s", "3m 05s", "2h 07m", "3d 04h". */
export function formatDuration(seconds: number): string {
  if (seconds < 9.995) return `${seconds.toFixed(2)}s`;
  const whole = Math.round(seconds);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h ${two((whole % 3600) / 60)}m`;
  return `${Math.floor(whole / 86_400)}d ${two((whole % 86_400) / 3600)}h`;
}

const byteUnits: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  K: 1e3,
  KB: 1e3,
  KIB: 2 ** 10,
  M: 1e6,
  MB: 1e6,
  MIB: 2 ** 20,
  G: 1e9,
  GB: 1e9,
  GIB: 2 ** 30,
  T: 1e12,
  TB: 1e12,
  TIB: 2 ** 40,
};

const secondUnits: Readonly<Record<string, number>> = {
  "": 1,
  MS: 1e-3,
  S: 1,
  M: 60,
  H: 3600,
  D: 86_400,
};

function parseWithUnit(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-z]*)\s*$/i.exec(text);
  const unit = match === null ? undefined : units[(match[2] ?? "").toUpperCase()];
  return unit === undefined ? undefined : Number(match?.[1]) * unit;
}

/** "$0.03", and more digits below a cent: "$0.0012". */
export function formatDollars(dollars: number): string {
  return `$${dollars !== 0 && Math.abs(dollars) < 0.01 ? dollars.toPrecision(2) : dollars.toFixed(2)}`;
}

/** "8GB" → 8_000_000_000, "512 MiB" → 536_870_912, "100" → 100. Throws UsageError otherwise. */
export function parseBytes(text: string): number {
  const bytes = parseWithUnit(text, byteUnits);
  if (bytes !== undefined) return Math.round(bytes);
  throw new UsageError("FT-CORE-001", {
    message: `'${text}' is not a size in bytes`,
    hint: "Write a number and a unit, for example 8GB, 512MB or 16GiB",
  });
}

/** As `parseBytes`, but that a number alone counts gigabytes: "16" → 16_000_000_000. */
export function parseMemory(text: string): number {
  return parseBytes(/^[\d.]+$/.test(text.trim()) ? `${text.trim()}GB` : text);
}

/** "90" and "90s" → 90 seconds, "1.5h" → 5400, "250ms" → 0.25. Throws UsageError otherwise. */
export function parseDuration(text: string): number {
  const seconds = parseWithUnit(text, secondUnits);
  if (seconds !== undefined) return seconds;
  throw new UsageError("FT-CORE-002", {
    message: `'${text}' is not a duration`,
    hint: "Write a number and a unit, for example 90s, 15m or 2h",
  });
}
