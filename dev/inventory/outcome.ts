// What running the evidence of a row came to.
export interface Outcome {
  passed: boolean;
  seconds: number;
  /** Last lines of what was printed, or why it counts as failed; empty where it passed. */
  output: string;
}

const fewLines = 12;

/** What a command printed last: there it says why it failed. */
export function tailOf(text: string): string {
  return text.trimEnd().split("\n").slice(-fewLines).join("\n");
}

/** What a failed test says first: below it stand places in the runner. */
export function headOf(text: string): string {
  return text.trimStart().split("\n").slice(0, fewLines).join("\n");
}
