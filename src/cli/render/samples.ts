// Draws rendered rows with their mask, and the distribution of their lengths.
import { visibleText } from "../../core/visible-text.ts";
import type { LengthHistogram } from "../../data/index.ts";
import type { MaskRun } from "../../text/masks.ts";

const GREEN = "\u001b[32m";
const DIM = "\u001b[2m";
const RESET = "\u001b[0m";

/** The text with what is learned marked: by color, or between brackets where there is none. */
export function maskText(runs: readonly MaskRun[], color: boolean): string {
  const marked = runs.map(({ text: given, learned }) => {
    const text = visibleText(given);
    if (color) return `${learned ? GREEN : DIM}${text}${RESET}`;
    return learned ? `⟦${text}⟧` : text;
  });
  return marked.join("").replace(/^/gm, "  ");
}

const BAR = 40;

/** One bar a bucket, and the figures under them. */
export function histogramText({ buckets, mean, median, p95, maximum }: LengthHistogram): string {
  const most = Math.max(1, ...buckets.map(({ count }) => count));
  const width = Math.max(...buckets.map(({ upTo }) => String(upTo).length), 1);
  const bars = buckets.map(({ upTo, count }) => {
    const bar = "█".repeat(Math.ceil((BAR * count) / most));
    return `  ≤ ${String(upTo).padStart(width)}  ${bar} ${count}`;
  });
  const figures = `  mean ${mean.toFixed(1)}, median ${median}, 95 % up to ${p95}, longest ${maximum}`;
  return [...bars, figures].join("\n");
}
