// Draws one training run as an SVG: the losses it reported, and a question answered before and after.
// Draws what it is given and reads nothing; dev/picture.ts gathers it from a run folder.

export interface Point {
  step: number;
  loss: number;
}

export interface Answered {
  question: string;
  expected: string;
  before: string;
  after: string;
}

export interface Picture {
  /** Above the curve: what was trained on what. */
  title: string;
  /** Below it: how long, how many steps, on what. */
  caption: string;
  training: readonly Point[];
  validation: readonly Point[];
  answered: readonly Answered[];
}

const width = 1000;
const chart = { left: 52, right: 440, top: 56, bottom: 420 };
const textLeft = 476;
const charactersPerLine = 66;
const linesPerText = 3;
const lineHeight = 17;
const colors = { ink: "#24292f", faint: "#6e7781", grid: "#d8dee4", training: "#0969da" };
const validationColor = "#bc4c00";

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function textAt(x: number, y: number, text: string, style = ""): string {
  return `<text x="${x}" y="${y}" ${style}>${escapeText(text)}</text>`;
}

/** Breaks at blanks; a word longer than a line is cut, and what goes beyond `limit` lines ends in "…". */
export function wrapped(text: string, limit: number, size = charactersPerLine): string[] {
  const words = text
    .split(/\s+/)
    .flatMap((word) => word.match(new RegExp(`.{1,${size}}`, "gu")) ?? []);
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > size) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  if (lines.length <= limit) return lines;
  const kept = lines.slice(0, limit);
  return [...kept.slice(0, -1), `${(kept.at(-1) ?? "").slice(0, size - 1)}…`];
}

interface Scale {
  x(step: number): number;
  y(loss: number): number;
  /** Losses at which a line is drawn. */
  ticks: number[];
  lastStep: number;
}

/** About five round losses from zero up to the highest. */
function ticksUpTo(highest: number): number[] {
  const rough = Math.max(highest, 1e-9) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.ceil(highest / size) + 1 }, (_, index) => index * size);
}

function scaleOf(points: readonly Point[]): Scale {
  const lastStep = Math.max(1, ...points.map(({ step }) => step));
  const ticks = ticksUpTo(Math.max(...points.map(({ loss }) => loss)));
  const top = ticks.at(-1) ?? 1;
  return {
    x: (step) => chart.left + ((chart.right - chart.left) * step) / lastStep,
    y: (loss) => chart.bottom - ((chart.bottom - chart.top) * loss) / top,
    ticks,
    lastStep,
  };
}

function axes({ x, y, ticks, lastStep }: Scale): string[] {
  const digits = (ticks[1] ?? 1) < 1 ? 1 : 0;
  const lines = ticks.flatMap((tick) => [
    `<line x1="${chart.left}" x2="${chart.right}" y1="${y(tick)}" y2="${y(tick)}" stroke="${colors.grid}"/>`,
    textAt(
      chart.left - 8,
      y(tick) + 4,
      tick.toFixed(digits),
      `text-anchor="end" fill="${colors.faint}"`,
    ),
  ]);
  const middle = Math.round(lastStep / 2);
  const steps = [...new Set([0, middle, lastStep])].map((step) =>
    textAt(x(step), chart.bottom + 20, String(step), `text-anchor="middle" fill="${colors.faint}"`),
  );
  return [...lines, ...steps];
}

function curve(points: readonly Point[], { x, y }: Scale): string {
  const path = points.map(({ step, loss }) => `${x(step).toFixed(1)},${y(loss).toFixed(1)}`);
  return `<polyline points="${path.join(" ")}" fill="none" stroke="${colors.training}" stroke-width="2"/>`;
}

function dots(points: readonly Point[], { x, y }: Scale): string[] {
  return points.map(
    ({ step, loss }) =>
      `<circle cx="${x(step).toFixed(1)}" cy="${y(loss).toFixed(1)}" r="3.5" fill="${validationColor}"/>`,
  );
}

function legend(): string[] {
  const y = chart.top - 12;
  return [
    `<line x1="${chart.left}" x2="${chart.left + 20}" y1="${y - 4}" y2="${y - 4}" stroke="${colors.training}" stroke-width="2"/>`,
    textAt(chart.left + 26, y, "training loss", `fill="${colors.faint}"`),
    `<circle cx="${chart.left + 142}" cy="${y - 4}" r="3.5" fill="${validationColor}"/>`,
    textAt(chart.left + 152, y, "validation loss", `fill="${colors.faint}"`),
  ];
}

interface Column {
  lines: string[];
  bottom: number;
}

interface Labelled {
  label: string;
  text: string;
  color: string;
}

function addLabelled(column: Column, { label, text, color }: Labelled): void {
  column.lines.push(textAt(textLeft, column.bottom, label, `fill="${colors.faint}"`));
  for (const line of wrapped(text === "" ? "(nothing)" : text, linesPerText)) {
    column.bottom += lineHeight;
    column.lines.push(textAt(textLeft, column.bottom, line, `class="mono" fill="${color}"`));
  }
  column.bottom += lineHeight + 6;
}

function answersColumn(answered: readonly Answered[]): Column {
  const column: Column = { lines: [], bottom: 34 };
  for (const { question, expected, before, after } of answered) {
    addLabelled(column, { label: "asked", text: question, color: colors.ink });
    addLabelled(column, { label: "before", text: before, color: colors.ink });
    addLabelled(column, { label: "after", text: after, color: colors.ink });
    addLabelled(column, { label: "expected", text: expected, color: colors.faint });
    column.bottom += 10;
  }
  return column;
}

/** Throws RangeError when nothing was reported. */
export function drawPicture(picture: Picture): string {
  const { title, caption, training, validation, answered } = picture;
  if (training.length === 0) throw new RangeError("the run reported no step");
  const scale = scaleOf([...training, ...validation]);
  const column = answersColumn(answered);
  const height = Math.max(chart.bottom + 64, column.bottom);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeText(title).replaceAll('"', "&quot;")}" font-family="system-ui, sans-serif" font-size="13">`,
    "<style>.mono { font-family: ui-monospace, monospace; font-size: 12px }</style>",
    `<rect width="${width}" height="${height}" rx="8" fill="#ffffff" stroke="${colors.grid}"/>`,
    textAt(chart.left, 26, title, `font-weight="600" fill="${colors.ink}"`),
    ...legend(),
    ...axes(scale),
    curve(training, scale),
    ...dots(validation, scale),
    textAt(chart.left, chart.bottom + 44, caption, `fill="${colors.faint}"`),
    ...column.lines,
    "</svg>",
    "",
  ].join("\n");
}
