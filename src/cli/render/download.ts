// Draws a download: one line that moves on a terminal, one line a file elsewhere.
import { formatBytes } from "../../core/units.ts";
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
    const share = progress.total === 0 ? 100 : Math.floor((100 * progress.bytes) / progress.total);
    const sizes = `${formatBytes(progress.bytes)} of ${formatBytes(progress.total)}`;
    const end = progress.bytes >= progress.total ? "\n" : "";
    io.draw(`\r\u001b[Kdownloading ${progress.file}  ${share}%  ${sizes}${end}`);
  };
}
