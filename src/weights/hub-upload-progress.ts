// How far an upload of several files is, several at a time and each in parts, and how long it will take.
// Counts only; a part that is sent again counts from its beginning.
import { Speed } from "./hub-progress.ts";

export interface UploadProgress {
  /** Of which bytes went just now. */
  file: string;
  bytes: number;
  total: number;
  /** What went in the last seconds; undefined until that can be said. */
  bytesPerSecond: number | undefined;
  secondsLeft: number | undefined;
}

export type OnUpload = (progress: UploadProgress) => void;

const REPORT_EVERY_MS = 100;

export class UploadMeter {
  readonly #report: OnUpload | undefined;
  readonly #total: number;
  readonly #speed = new Speed();
  /** By file and where a part begins. */
  readonly #parts = new Map<string, Map<number, number>>();
  #lastReport = Number.NEGATIVE_INFINITY;

  constructor(total: number, report: OnUpload | undefined) {
    this.#total = total;
    this.#report = report;
  }

  sent(file: string, start: number, bytes: number): void {
    const parts = this.#parts.get(file) ?? new Map<number, number>();
    const now = performance.now();
    this.#speed.add(Math.max(0, bytes - (parts.get(start) ?? 0)), now);
    this.#parts.set(file, parts.set(start, bytes));
    if (now - this.#lastReport < REPORT_EVERY_MS) return;
    this.#lastReport = now;
    this.#tell(file);
  }

  /** All of a file is there, however that came to be. */
  finished(file: string, bytes: number): void {
    this.#parts.set(file, new Map([[0, bytes]]));
    this.#tell(file);
  }

  get #bytes(): number {
    const parts = [...this.#parts.values()].flatMap((each) => [...each.values()]);
    return parts.reduce((sum, bytes) => sum + bytes, 0);
  }

  #tell(file: string): void {
    const bytes = this.#bytes;
    const speed = this.#speed.perSecond;
    const isMoving = speed !== undefined && speed > 0;
    const secondsLeft = isMoving ? (this.#total - bytes) / speed : undefined;
    this.#report?.({ file, bytes, total: this.#total, bytesPerSecond: speed, secondsLeft });
  }
}
