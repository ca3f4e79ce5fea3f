// Draws a download or an upload: one line that moves on a terminal, one line a file elsewhere.
import { formatBytes, formatDuration } from "../../core/units.ts";
import type { DownloadProgress } from "../../weights/index.ts";
import type { Io } from "../io.ts";

/** What is shown of either. */
type Moving = Omit<DownloadProgress, "fileBytes" | "fileTotal">;

/** What to call with every progress of a download. */
export const downloadNote = (io: Io): ((progress: DownloadProgress) => void) =>
  movingNote(io, "downloading");

/** What to call with every progress of an upload: several files at a time, each told once where nothing is redrawn. */
export const uploadNote = (io: Io): ((progress: Moving) => void) => movingNote(io, "uploading");

function movingNote(io: Io, verb: string): (progress: Moving) => void {
  const told = new Set<string>();
  return (progress) => {
    if (!io.interactive || io.mode.quiet || io.mode.json) {
      if (!told.has(progress.file)) io.note(`${verb} ${progress.file}`);
      told.add(progress.file);
      return;
    }
    const end = progress.bytes >= progress.total ? "\n" : "";
    io.draw(`\r\u001b[K${progressText(progress, verb)}${end}`);
  };
}

/** All files together: how much, how fast, how long still. */
export function progressText(progress: Moving, verb = "downloading"): string {
  const { file, bytes, total, bytesPerSecond, secondsLeft } = progress;
  const share = total === 0 ? 100 : Math.floor((100 * bytes) / total);
  const parts = [`${verb} ${file}`, `${share}%`, `${formatBytes(bytes)} of ${formatBytes(total)}`];
  if (bytesPerSecond !== undefined) parts.push(`${formatBytes(bytesPerSecond)}/s`);
  if (secondsLeft !== undefined && bytes < total)
    parts.push(secondsLeft < 10 ? "less than 10s left" : `${formatDuration(secondsLeft)} left`);
  return parts.join("  ");
}
