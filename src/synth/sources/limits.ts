// How much of a stranger's file is taken on: bytes, memory, time, unpacking, nesting, pages. What exceeds a limit is
// skipped with the limit's name; nothing here enforces them.

export interface ReadLimits {
  /** Of one file, or member of an archive, unpacked; kinds that are read piece by piece have none. */
  readonly fileBytes: number;
  /** Of the process that reads, resident. */
  readonly memoryBytes: number;
  /** On the clock, in which nothing comes from the process that reads, while something is waited for. */
  readonly silentSeconds: number;
  /** The same of the processor's time, where the system tells it, and so much more for each megabyte of the file. */
  readonly busySeconds: number;
  readonly busySecondsPerMegabyte: number;
  /** How many times its own size an archive may unpack to, once that is more than `freeBytes`. */
  readonly expansion: number;
  readonly freeBytes: number;
  /** Files in an archive. */
  readonly members: number;
  /** Archives in archives. */
  readonly archives: number;
  /** Elements in elements, lists in lists. */
  readonly nesting: number;
  readonly pages: number;
}

const megabyte = 1_000_000;

export const usualLimits: ReadLimits = {
  fileBytes: 50 * megabyte,
  memoryBytes: 1_500 * megabyte,
  silentSeconds: 60,
  busySeconds: 1.5,
  busySecondsPerMegabyte: 0.5,
  expansion: 200,
  freeBytes: 10 * megabyte,
  members: 20_000,
  archives: 3,
  nesting: 256,
  pages: 20_000,
};
