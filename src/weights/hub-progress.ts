// How far a download of several files is, how fast it goes and how long it will take: what a progress line shows.
// Counts only; who draws it is above.
import type { RemoteFile } from "./hub-connection.ts";

export interface DownloadProgress {
  /** The file being fetched now, and its bytes on disk. */
  file: string;
  fileBytes: number;
  fileTotal: number;
  /** Over all files that this call fetches, but for an index of shards. */
  bytes: number;
  total: number;
  /** What came in the last seconds; undefined until that can be said. */
  bytesPerSecond: number | undefined;
  secondsLeft: number | undefined;
}

export type OnProgress = (progress: DownloadProgress) => void;

/** Ten reports a second are enough for any bar; the last of a file always comes. */
const REPORT_EVERY_MS = 100;
const WINDOW_MS = 10_000;
const LEAST_WINDOW_MS = 500;

/** Bytes that came over the last seconds: what was on disk before does not count. */
export class Speed {
  #came = 0;
  #samples: { at: number; came: number }[] = [];

  add(bytes: number, now: number): void {
    this.#came += bytes;
    this.#samples.push({ at: now, came: this.#came });
    const isOld = (): boolean => now - (this.#samples[1]?.at ?? now) > WINDOW_MS;
    while (isOld()) this.#samples.shift();
  }

  get perSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    const span = (last?.at ?? 0) - (first?.at ?? 0);
    if (first === undefined || last === undefined || span < LEAST_WINDOW_MS) return undefined;
    return ((last.came - first.came) * 1000) / span;
  }
}

/** One download of several files, one after another. */
export class Progress {
  readonly #report: OnProgress | undefined;
  readonly #total: number;
  readonly #clock: () => number;
  readonly #speed = new Speed();
  #before = 0;
  #lastReport = Number.NEGATIVE_INFINITY;

  constructor(
    files: readonly RemoteFile[],
    report: OnProgress | undefined,
    clock = () => performance.now(),
  ) {
    this.#total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#report = report;
    this.#clock = clock;
  }

  /** Takes what `downloadBlob` tells of one file: how much of it is on disk, and how much of that came just now. */
  of(file: RemoteFile): (bytes: number, came: number) => void {
    return (bytes, came) => {
      const now = this.#clock();
      this.#speed.add(came, now);
      if (bytes < file.bytes && now - this.#lastReport < REPORT_EVERY_MS) return;
      this.#lastReport = now;
      this.#tell(file, bytes);
    };
  }

  finished(file: RemoteFile): void {
    this.#before += file.bytes;
  }

  #tell(file: RemoteFile, fileBytes: number): void {
    const bytes = this.#before + fileBytes;
    const speed = this.#speed.perSecond;
    const isMoving = speed !== undefined && speed > 0;
    this.#report?.({
      file: file.name,
      fileBytes,
      fileTotal: file.bytes,
      bytes,
      total: this.#total,
      bytesPerSecond: speed,
      secondsLeft: isMoving ? (this.#total - bytes) / speed : undefined,
    });
  }
}
