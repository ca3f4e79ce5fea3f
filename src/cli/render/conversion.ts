// Draws how far writing a model has come: one line that moves on a terminal, a line now and then elsewhere.
import type { ConvertedModel } from "../../app/models/convert-model.ts";
import { formatBytes, formatCount, formatDuration } from "../../core/units.ts";
import { keptText } from "../../export/kept-update.ts";
import type { WriteProgress } from "../../export/whole-output.ts";
import type { Io } from "../io.ts";

/** Between two lines where none is drawn anew. */
const PAUSE_SECONDS = 10;

/** What to call with every progress of writing a model; `verb` says what is done. */
export function conversionNote(io: Io, verb = "converting"): (progress: WriteProgress) => void {
  const started = performance.now();
  let told = 0; // seconds after the start
  return (progress) => {
    const seconds = (performance.now() - started) / 1000;
    const share = progress.total === 0 ? 1 : progress.bytes / progress.total;
    if (io.interactive && !io.mode.quiet && !io.mode.json) {
      const end = share >= 1 ? "\n" : "";
      io.draw(`\r\u001b[K${progressText(verb, progress, seconds)}${end}`);
      return;
    }
    if (seconds < told + PAUSE_SECONDS) return;
    told = seconds;
    io.note(progressText(verb, progress, seconds));
  };
}

/** How much is written, how fast, how long still. */
export function progressText(
  verb: string,
  { bytes, total }: WriteProgress,
  seconds: number,
): string {
  const share = total === 0 ? 100 : Math.floor((100 * bytes) / total);
  const perSecond = seconds === 0 ? 0 : bytes / seconds;
  const left = perSecond === 0 ? 0 : (total - bytes) / perSecond;
  const parts = [verb, `${share}%`, `${formatBytes(bytes)} of ${formatBytes(total)}`];
  if (perSecond > 0) parts.push(`${formatBytes(perSecond)}/s`);
  if (bytes < total) parts.push(left < 10 ? "less than 10s left" : `${formatDuration(left)} left`);
  return parts.join("  ");
}

const MOST_NAMED = 3;

function someOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return names.slice(0, MOST_NAMED).join(", ") + (more > 0 ? `, and ${more} more` : "");
}

/** What was made, a line each. */
export function convertedText(made: ConvertedModel): string {
  const { folder, bytes, parameters, bitsPerWeight, packed, dense, leftOut, perplexity, survival } =
    made;
  const weights = `${formatCount(parameters)} parameters`;
  const lines = [
    `${folder}: ${formatBytes(bytes)}, ${weights}, ${bitsPerWeight.toFixed(2)} bits each`,
  ];
  if (packed > 0) lines.push(`quantized: ${packed} layers`);
  if (packed > 0 && dense.length > 0)
    lines.push(`left as they are: ${dense.length} layers: ${someOf(dense)}`);
  if (leftOut.length > 0)
    lines.push(`no part of the language model: ${leftOut.length} tensors: ${someOf(leftOut)}`);
  if (perplexity !== null) {
    const { before, after, tokens } = perplexity;
    const change = `${(100 * (after / before - 1)).toFixed(2)} %`;
    lines.push(
      `perplexity over ${tokens} tokens: ${before.toFixed(3)} → ${after.toFixed(3)} (${change})`,
    );
  }
  if (survival !== null)
    lines.push(`${keptText(survival)}${survival.lost ? ": the training is lost" : ""}`);
  return lines.join("\n");
}
