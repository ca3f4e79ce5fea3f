// The table of recurrent layers in RESULTS.md: a line for each recurrence, beside itself token by token.
// What is measured is delta.ts's and states.ts's; the rest of the page is table/results.ts's, which keeps this part.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { median } from "./statistics.ts";
import type { Measured } from "./ways.ts";

const page = fileURLToPath(new URL("RESULTS.md", import.meta.url));
const heading = "## Recurrent layers in chunks and token by token";
/** Of time, memory and results. */
const targets = { faster: 8, memory: 0.25, apart: 1e-4 };

const preamble = [
  heading,
  "",
  "Forward and backward over a row of 2,048 tokens, float32: processor time of all cores, measured alternately, and MLX's",
  `additional peak memory. Bold: the target is reached (${targets.faster} times as fast, ${targets.memory} of the memory, a difference`,
  `of at most ${targets.apart.toExponential()} of the largest number).`,
  "",
  "| recurrence | ft | token by token | times as fast | memory | difference | when |",
  "|---|---|---|---|---|---|---|",
];

export interface RecurrenceResult {
  /** With its sizes. */
  name: string;
  own: readonly Measured[];
  byToken: readonly Measured[];
  /** Of the largest number. */
  apart: number;
}

/** From its heading to the page's end; nothing where there is none. */
export function recurrentPart(text: string): string {
  const start = text.indexOf(heading);
  return start === -1 ? "" : text.slice(start);
}

const bold = (text: string, isReached: boolean): string => (isReached ? `**${text}**` : text);

function lineOf({ name, own, byToken, apart }: RecurrenceResult): string {
  const of = (all: readonly Measured[], figure: keyof Measured): number =>
    median(all.map((one) => one[figure]));
  const took = (all: readonly Measured[]): string =>
    `${of(all, "processorSeconds").toFixed(2)} s, ${(of(all, "peakBytes") / 1e6).toFixed(0)} MB`;
  const faster = of(byToken, "processorSeconds") / of(own, "processorSeconds");
  const memory = of(own, "peakBytes") / of(byToken, "peakBytes");
  const cells = [
    ...[name, took(own), took(byToken)],
    bold(`${faster.toFixed(1)} ×`, faster >= targets.faster),
    bold(`${memory.toFixed(2)} ×`, memory <= targets.memory),
    bold(apart.toExponential(1), apart <= targets.apart),
    `${new Date().toISOString().slice(0, 10)}, load ${loadavg()[0]?.toFixed(1)}`,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Puts a result in the page in the place of the one before. */
export function writeRecurrence(result: RecurrenceResult): void {
  const text = existsSync(page) ? readFileSync(page, "utf8") : "";
  const part = recurrentPart(text);
  const others = part
    .split("\n")
    .slice(preamble.length)
    .filter((line) => line !== "" && !line.startsWith(`| ${result.name} |`));
  const lines = [...others, lineOf(result)].toSorted((a, b) => a.localeCompare(b));
  const before = text.slice(0, text.length - part.length).trimEnd();
  writeFileSync(page, `${before}\n\n${[...preamble, ...lines].join("\n")}\n`);
}
