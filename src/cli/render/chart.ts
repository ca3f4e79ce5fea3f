// Curves in a terminal: dots of Unicode's braille patterns, two by four in a cell. Where stdout is none, a few figures.
import type { Point } from "../../runs/index.ts";

export interface ChartLine {
  label: string;
  points: readonly Point[];
  /** SGR code of its colour. */
  color: string;
}

/** Bits of the dots of a braille cell: by column, from above. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const BLANK = 0x2800;
const RESET = "\u001b[0m";

interface Cell {
  bits: number;
  color: string;
}

class Canvas {
  readonly #cells: Cell[][];
  readonly #columns: number;
  readonly #rows: number;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
    this.#cells = Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => ({ bits: 0, color: "" })),
    );
  }

  /** x and y from 0 to 1, y upwards. */
  dot(x: number, y: number, color: string): void {
    const column = Math.round(x * (2 * this.#columns - 1));
    const row = Math.round((1 - y) * (4 * this.#rows - 1));
    const cell = this.#cells[Math.floor(row / 4)]?.[Math.floor(column / 2)];
    if (cell === undefined) return;
    cell.bits |= DOTS[column % 2 === 0 ? 0 : 1][row % 4] ?? 0;
    cell.color = color;
  }

  /** Dots on the way from one point to the next. */
  line(from: readonly [number, number], to: readonly [number, number], color: string): void {
    const [x, y] = [to[0] - from[0], to[1] - from[1]];
    const dots = Math.max(
      1,
      Math.ceil(Math.max(Math.abs(x) * this.#columns * 2, Math.abs(y) * this.#rows * 4)),
    );
    for (let at = 0; at <= dots; at++)
      this.dot(from[0] + (x * at) / dots, from[1] + (y * at) / dots, color);
  }

  lines(isColored: boolean): string[] {
    return this.#cells.map((row) => (isColored ? coloredText(row) : textOf(row)));
  }
}

function textOf(cells: readonly Cell[]): string {
  return cells.map(({ bits }) => String.fromCodePoint(BLANK + bits)).join("");
}

/** Cells of one colour beside each other change it once. */
function coloredText(cells: readonly Cell[]): string {
  const runs: Cell[][] = [];
  for (const cell of cells) {
    const last = runs.at(-1);
    if (last?.[0]?.color === cell.color) last.push(cell);
    else runs.push([cell]);
  }
  const texts = runs.map((run) => {
    const color = run[0]?.color ?? "";
    return color === "" ? textOf(run) : `\u001b[${color}m${textOf(run)}${RESET}`;
  });
  return texts.join("");
}

const chartRows = 10;
const labelWidth = 9;

const figure = (value: number): string => value.toPrecision(4).padStart(labelWidth - 1);

/** Several curves on the same axes; empty when none has two points. */
export function chartText(
  lines: readonly ChartLine[],
  { width, isColored }: { width: number; isColored: boolean },
): string {
  const shown = lines.filter(({ points }) => points.length > 0);
  const all = shown.flatMap(({ points }) => points);
  if (all.length < 2) return "";
  const steps = all.map(({ step }) => step);
  const values = all.map(({ value }) => value);
  const [first, last] = [smallest(steps), largest(steps)];
  const [least, most] = [smallest(values), largest(values)];
  const columns = Math.max(20, Math.min(width, 100) - labelWidth - 1);
  const canvas = new Canvas(columns, chartRows);
  const place = ({ step, value }: Point): [number, number] => [
    (step - first) / Math.max(1, last - first),
    most === least ? 0.5 : (value - least) / (most - least),
  ];
  for (const { points, color } of shown) {
    const places = points.map(place);
    for (const [at, here] of places.entries()) canvas.line(places[at - 1] ?? here, here, color);
  }
  const drawn = canvas.lines(isColored).map((text, row) => {
    const label = row === 0 ? figure(most) : row === chartRows - 1 ? figure(least) : "";
    return `${label.padStart(labelWidth - 1)} ┤${text}`;
  });
  const axis = `${" ".repeat(labelWidth)}└${`step ${first}`.padEnd(columns - String(last).length)}${last}`;
  const key = shown.map(({ label, color }) =>
    isColored ? `\u001b[${color}m${label}${RESET}` : label,
  );
  return [...drawn, axis, `${" ".repeat(labelWidth + 1)}${key.join("  ")}`].join("\n");
}

const smallest = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.min(a, b));
const largest = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b));

const mostFigures = 10;

/** Without a terminal: some of the points, the first and the last among them. */
export function figuresText({ label, points }: Pick<ChartLine, "label" | "points">): string {
  if (points.length === 0) return "";
  const every = Math.max(1, (points.length - 1) / (mostFigures - 1));
  const count = Math.min(points.length, mostFigures);
  const chosen = Array.from({ length: count }, (_, at) => points[Math.round(at * every)]);
  const texts = chosen.flatMap((point) =>
    point === undefined ? [] : [`${point.step}: ${point.value.toPrecision(4)}`],
  );
  return `${label}, by step: ${texts.join(", ")}`;
}
