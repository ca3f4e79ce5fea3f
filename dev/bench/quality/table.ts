// The table of quality in Markdown: for each task and program the exact match of every seed, mean and spread.
import type { Cell } from "./settings.ts";
import { tools } from "./settings.ts";

export interface Result extends Cell {
  /** Held-out rows answered exactly, in per cent. */
  exact: number;
  /** Of held-out answers, by token. */
  loss: number;
  /** Of the whole program, loading included. */
  seconds: number;
  /** Folder. */
  adapter: string;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Standard deviation of the sample. */
function spread(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.map((value) => (value - middle) ** 2);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / (values.length - 1));
}

function line(task: string, tool: string, results: readonly Result[]): string {
  const exact = results.map((result) => result.exact);
  const each = exact.map((value) => value.toFixed(1)).join(", ");
  const middle = `${mean(exact).toFixed(1)} ± ${spread(exact).toFixed(1)}`;
  const loss = mean(results.map((result) => result.loss)).toFixed(4);
  return `| ${task} | ${tool} | ${each} | ${middle} | ${loss} |`;
}

export function tableOf(results: readonly Result[]): string {
  const names = [...new Set(results.map(({ task }) => task))];
  const lines = names.flatMap((task) =>
    tools.flatMap((tool) => {
      const own = results.filter((result) => result.task === task && result.tool === tool);
      return own.length === 0 ? [] : [line(task, tool, own)];
    }),
  );
  const head =
    "| task | tuned by | exact match of each seed, % | mean ± spread | loss |\n|---|---|---|---|---|";
  return [head, ...lines].join("\n");
}
