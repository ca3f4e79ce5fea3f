// Draws a download: one line that moves on a terminal, one line a file elsewhere.
import { formatBytes, formatDuration } from "../../core/units.ts";
import type { DownloadProgress } from "../../weights/index.ts";
import type { Io } from "../io.ts";

/** What to call with every progress of a download. */
export function downloadNote(io: Io): (progress: DownloadProgress) => void {
  let file = "";
  return (progress) => {
    if (!io.interactive || io.mode.quiet || io.mode.json) {
      if (progress.file !== file) io.note(`downloading ${progress.file}`);
      file = progress.file;
      return;
    }
    const end = progress.bytes >= progress.total ? "\n" : "";
    io.draw(`\r\u001b[K${progressText(progress)}${end}`);
  };
}

/** All files together: how much, how fast, how long still. */
export function progressText(progress: DownloadProgress): string {
  const { file, bytes, total, bytesPerSecond, secondsLeft } = progress;
  const share = total === 0 ? 100 : Math.floor((100 * bytes) / total);
  const parts = [
    `downloading ${file}`,
    `${share}%`,
    `${formatBytes(bytes)} of ${formatBytes(total)}`,
  ];
  if (bytesPerSecond !== undefined) parts.push(`${formatBytes(bytesPerSecond)}/s`);
  if (secondsLeft !== undefined && bytes < total)
    parts.push(secondsLeft < 10 ? "less than 10s left" : `${formatDuration(secondsLeft)} left`);
  return parts.join("  ");
}
