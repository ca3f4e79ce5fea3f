// Figures as people read them: counts, bytes, money, times. Tabular, so that columns stand still. Knows nothing of pages.
import { useEffect, useState } from "react";
import styles from "./numbers.module.css";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

const units = ["B", "KB", "MB", "GB", "TB"];

/** 1,234,567 bytes → "1.2 MB". */
export function bytesText(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${power > 0 && value < 100 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

/** 4,000 seconds → "1 h 7 min". */
export function durationText(seconds: number): string {
  if (seconds < 1) return "under 1 s";
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  if (seconds < 86_400)
    return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.round((seconds % 86_400) / 3600)} h`;
}

export function agoText(iso: string, now: number): string {
  const seconds = (now - Date.parse(iso)) / 1000;
  if (seconds < 45) return "just now";
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  if (seconds < 7 * 86_400) return `${Math.round(seconds / 86_400)} d ago`;
  return new Date(iso).toLocaleDateString("en", {
    year: "numeric",
    month: "short",
    day: "numeric",
  });
}

/** Milliseconds since 1970, anew every half minute. */
export function useNow(every = 30_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** A count; "–" where there is none. */
export function Num({ of, digits }: { of: number | null | undefined; digits?: number }) {
  if (of === null || of === undefined) return <span className={styles.none}>–</span>;
  const text = digits === undefined ? whole.format(of) : of.toFixed(digits);
  return <span className={styles.figure}>{text}</span>;
}

/** "1 row", "12 rows". */
export function Count({ of, what }: { of: number | null | undefined; what: string }) {
  return (
    <>
      <Num of={of} /> {of === 1 ? what : `${what}s`}
    </>
  );
}

export const compact = (of: number): string => short.format(of);

export function Bytes({ of }: { of: number }) {
  return <span className={styles.figure}>{bytesText(of)}</span>;
}

/** Dollars: none is "free". */
export function Money({ of }: { of: number }) {
  const text = of === 0 ? "free" : `$${of < 0.1 ? of.toFixed(4) : of.toFixed(2)}`;
  return <span className={styles.figure}>{text}</span>;
}

export function Lasting({ seconds }: { seconds: number }) {
  return <span className={styles.figure}>{durationText(seconds)}</span>;
}

export function Ago({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={new Date(at).toLocaleString("en")} className={styles.figure}>
      {agoText(at, now)}
    </time>
  );
}
