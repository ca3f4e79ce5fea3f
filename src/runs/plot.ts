// Runs drawn over each other as one SVG: losses above, learning rate below. Light or dark as the reader's system is.
// Draws what it is given; reading runs is the caller's.
import { type Curve, type Point, pointsOf } from "./curves.ts";

export interface PlottedRun {
  label: string;
  curves: readonly Curve[];
}

interface Panel {
  title: string;
  unit: string;
  top: number;
  height: number;
  lines: Line[];
}

interface Line {
  points: readonly Point[];
  color: string;
  style: "line" | "marks";
}

interface Range {
  least: number;
  most: number;
}

const width = 920;
const left = 72;
const right = width - 24;
/** Told apart with any kind of colour vision (Okabe and Ito 2008), on white and on black. */
const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6d31"];
/** More than a curve of this width can show. */
const mostPoints = 800;

const style = `<style>
  svg { background: #ffffff; font: 12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
  text { fill: #24292f; } .faint { fill: #57606a; } .title { font-size: 13px; font-weight: 600; }
  .grid { stroke: #d8dee4; } .axis { stroke: #8c959f; } .mark { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; } text { fill: #e6edf3; } .faint { fill: #9198a1; }
    .grid { stroke: #2a3038; } .axis { stroke: #656c76; } .mark { fill: #0d1117; }
  }
</style>`;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Every n-th, and the last. */
function thinned(points: readonly Point[]): readonly Point[] {
  const every = Math.ceil(points.length / mostPoints);
  return points.filter((_, at) => at % every === 0 || at === points.length - 1);
}

function rangeOf(values: readonly number[]): Range {
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!Number.isFinite(least)) return { least: 0, most: 1 };
  const room = most === least ? Math.abs(most) * 0.1 || 1 : 0;
  return { least: least - room, most: most + room };
}

/** A distance of 1, 2 or 5 times a power of ten, so that about `count` fit. */
function tickDistance({ least, most }: Range, count: number): number {
  const rough = (most - least) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
}

/** Round numbers inside a range. */
export function ticksOf(range: Range, count: number): number[] {
  const distance = tickDistance(range, count);
  const first = Math.ceil(range.least / distance - 1e-9);
  const last = Math.floor(range.most / distance + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * distance);
}

/** As short as tells them apart. */
function tickText(value: number): string {
  const rounded = Number(value.toPrecision(6));
  const size = Math.abs(rounded);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return rounded.toExponential().replace("e+", "e");
  return String(rounded);
}

const at = (number: number): string => number.toFixed(1);

class Chart {
  readonly #panel: Panel;
  readonly #steps: Range;
  readonly #values: Range;

  constructor(panel: Panel, steps: Range) {
    this.#panel = panel;
    this.#steps = steps;
    this.#values = rangeOf(panel.lines.flatMap(({ points }) => points.map(({ value }) => value)));
  }

  #x(step: number): number {
    const { least, most } = this.#steps;
    return left + ((step - least) / (most - least)) * (right - left);
  }

  #y(value: number): number {
    const { least, most } = this.#values;
    const { top, height } = this.#panel;
    return top + height - ((value - least) / (most - least)) * height;
  }

  *parts(): Generator<string> {
    const { title, unit, top, height, lines } = this.#panel;
    yield `<text class="title" x="${left}" y="${top - 10}">${escaped(title)}</text>`;
    yield `<text class="faint" x="${right}" y="${top - 10}" text-anchor="end">${escaped(unit)}</text>`;
    for (const value of ticksOf(this.#values, 5)) yield this.#horizontal(value);
    for (const step of ticksOf(this.#steps, 8)) yield this.#vertical(step);
    yield `<path class="axis" fill="none" d="M${left} ${top}V${top + height}H${right}"/>`;
    for (const line of lines) yield* this.#line(line);
  }

  #horizontal(value: number): string {
    const y = at(this.#y(value));
    const label = `<text class="faint" x="${left - 8}" y="${y}" dy="0.35em" text-anchor="end">${tickText(value)}</text>`;
    return `<path class="grid" d="M${left} ${y}H${right}"/>${label}`;
  }

  #vertical(step: number): string {
    const { top, height } = this.#panel;
    const x = at(this.#x(step));
    const label = `<text class="faint" x="${x}" y="${top + height + 18}" text-anchor="middle">${tickText(step)}</text>`;
    return `<path class="grid" d="M${x} ${top}V${top + height}"/>${label}`;
  }

  *#line({ points, color, style: kind }: Line): Generator<string> {
    const shown = thinned(points);
    if (shown.length === 0) return;
    const places = shown.map(({ step, value }) => `${at(this.#x(step))} ${at(this.#y(value))}`);
    const dashes = kind === "marks" ? ' stroke-dasharray="5 4"' : "";
    yield `<path fill="none" stroke="${color}" stroke-width="1.6" stroke-linejoin="round"${dashes} d="M${places.join("L")}"/>`;
    if (kind === "line" && shown.length > 1) return;
    for (const place of places) {
      const [x, y] = place.split(" ");
      yield `<circle class="mark" cx="${x}" cy="${y}" r="3" stroke="${color}" stroke-width="1.6"/>`;
    }
  }
}

function linesOf(runs: readonly PlottedRun[], name: string, kind: Line["style"]): Line[] {
  return runs.map(({ curves }, index) => ({
    points: pointsOf(curves, name),
    color: palette[index % palette.length] ?? "",
    style: kind,
  }));
}

const legendLine = 18;

function legend(runs: readonly PlottedRun[], top: number): string[] {
  const names = runs.map(({ label }, index) => {
    const y = top + index * legendLine;
    const color = palette[index % palette.length];
    const sample = `<path stroke="${color}" stroke-width="3" d="M${left} ${y - 4}h22"/>`;
    return `${sample}<text x="${left + 30}" y="${y}">${escaped(label)}</text>`;
  });
  const key = `<text class="faint" x="${right}" y="${top}" text-anchor="end">line: training, dashed: validation</text>`;
  return [...names, key];
}

const lossHeight = 300;
const rateHeight = 90;
const gap = 62;

/** Throws RangeError without runs. Labels and figures may be any text: they are escaped. */
export function plotRuns(runs: readonly PlottedRun[]): string {
  if (runs.length === 0) throw new RangeError("nothing to plot");
  const top = 28 + runs.length * legendLine + 22;
  const losses = [
    ...linesOf(runs, "trainLoss", "line"),
    ...linesOf(runs, "validationLoss", "marks"),
  ];
  const panels: Panel[] = [
    {
      title: "Loss",
      unit: "mean of what was learned since the last report, by step",
      top,
      height: lossHeight,
      lines: losses,
    },
    {
      title: "Learning rate",
      unit: "by step",
      top: top + lossHeight + gap,
      height: rateHeight,
      lines: linesOf(runs, "learningRate", "line"),
    },
  ];
  const all = panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points));
  const last = all.reduce((most, { step }) => Math.max(most, step), 1);
  const height = top + lossHeight + gap + rateHeight + 36;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    style,
    ...legend(runs, 28),
    ...panels.flatMap((panel) => [...new Chart(panel, { least: 0, most: last }).parts()]),
    "</svg>",
    "",
  ].join("\n");
}
