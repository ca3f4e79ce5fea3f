// Curves of any number of runs over one axis, drawn by uPlot on a canvas: fast enough for hundreds of thousands of points.
// Knows no runs: lines come in columns. Pointers of charts of one `group` move together.
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import styles from "./curves.module.css";
import { compact } from "./numbers.tsx";
import { useWidth } from "./use-width.ts";

export interface CurveLine {
  name: string;
  /** Of the series colours, from 1. */
  color: number;
  x: readonly number[];
  y: readonly number[];
  /** What stands behind y where it was thinned out or smoothed. */
  low?: readonly number[] | null | undefined;
  high?: readonly number[] | null | undefined;
  /** Drawn faintly behind y: what was smoothed. */
  faint?: readonly number[] | undefined;
  isDashed?: boolean;
}

export interface CurvesProps {
  /** What is drawn: the name of the picture. */
  title: string;
  lines: readonly CurveLine[];
  /** What x counts: "step". */
  axis: string;
  xText?: ((x: number) => string) | undefined;
  yText?: ((y: number) => string) | undefined;
  isLog?: boolean | undefined;
  height?: number;
  group?: string;
}

const plain = (value: number): string => {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-5 || size >= 1e5)) return value.toExponential(1);
  return Number(value.toPrecision(4)).toString();
};

const colorOf = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const seriesColor = (color: number): string => colorOf(`--series-${((color - 1) % 8) + 1}`);

type Columns = (readonly (number | null | undefined)[])[];

const hasBand = ({ low, high }: CurveLine): boolean =>
  low !== undefined && low !== null && high !== undefined && high !== null;

/** What was smoothed is drawn where no band tells it. */
const hasFaint = (line: CurveLine): boolean => line.faint !== undefined && !hasBand(line);

/** All lines over the x of all of them: y of each, and behind it what it has. */
function aligned(lines: readonly CurveLine[]): Columns {
  if (lines.length === 0) return [[]];
  const tables = lines.map((line) => [
    ...[line.x, line.y],
    ...(hasBand(line) ? [line.low ?? [], line.high ?? []] : []),
    ...(hasFaint(line) ? [line.faint ?? []] : []),
  ]);
  return uPlot.join(
    tables as unknown as uPlot.AlignedData[],
    tables.map((table) => table.map((_, at) => (at === 0 ? 0 : 1))),
  ) as unknown as Columns;
}

/** In the order of the columns. */
function seriesOf(lines: readonly CurveLine[]): { series: uPlot.Series[]; bands: uPlot.Band[] } {
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  for (const one of lines) {
    const stroke = seriesColor(one.color);
    const line = { stroke, width: 1.6, spanGaps: true, points: { show: false } };
    const at = series.length;
    series.push({ ...line, ...(one.isDashed === true && { dash: [5, 4] }) });
    if (hasBand(one)) {
      const edge = { ...line, stroke: "transparent", width: 0 };
      series.push(edge, { ...edge });
      bands.push({ series: [at + 2, at + 1], fill: `${stroke}2e` });
    }
    if (hasFaint(one)) series.push({ ...line, stroke: `${stroke}59`, width: 1 });
  }
  return { series, bands };
}

/** What is under the pointer: x, and y of each line at or before it. */
interface Pointed {
  x: number;
  y: (number | undefined)[];
}

function pointed({ x, y, faint }: CurveLine, at: number): number | undefined {
  let from = 0;
  let to = x.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((x[middle] ?? 0) <= at) from = middle + 1;
    else to = middle;
  }
  return (faint ?? y)[from - 1];
}

interface Drawn {
  target: HTMLElement;
  data: Columns;
  width: number;
  props: CurvesProps;
  onPoint: (x: number | undefined) => void;
}

function draw({ target, data, width, props, onPoint }: Drawn): uPlot {
  const { lines, isLog, height = 190, xText = compact, yText = plain, group } = props;
  const { series, bands } = seriesOf(lines);
  let began: number | undefined = performance.now();
  const axis: uPlot.Axis = {
    stroke: colorOf("--ink-2"),
    font: `11px ${colorOf("--font")}`,
    grid: { stroke: colorOf("--line"), width: 1 },
    ticks: { show: false },
  };
  const options: uPlot.Options = {
    ...{ width, height, series, bands },
    padding: [10, 10, 0, 0],
    legend: { show: false },
    cursor: {
      drag: { x: true, y: false },
      points: { show: false },
      ...(group !== undefined && { sync: { key: group } }),
    },
    scales: { x: { time: false }, y: { distr: isLog === true ? 3 : 1 } },
    axes: [
      { ...axis, size: 24, values: (_, ticks) => ticks.map((tick) => xText(tick)) },
      {
        ...axis,
        size: 54,
        values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : yText(tick))),
      },
    ],
    hooks: {
      // how long it took to be seen, for whoever looks into it
      draw: [
        () => {
          if (began !== undefined)
            performance.measure("curves", { start: began, end: performance.now() });
          began = undefined;
        },
      ],
      setCursor: [
        ({ cursor, posToVal }) => {
          const { left } = cursor;
          onPoint(left === undefined || left < 0 ? undefined : posToVal(left, "x"));
        },
      ],
    },
  };
  return new uPlot(options, data as unknown as uPlot.AlignedData, target);
}

/** In words, for whoever does not see the picture. */
function spoken(title: string, lines: readonly CurveLine[], axis: string): string {
  const told = lines.slice(0, 10).map(({ name, x, y }) => {
    const [first, last] = [y[0], y.at(-1)];
    if (first === undefined || last === undefined) return `${name}: no data`;
    return `${name} from ${plain(first)} to ${plain(last)} at ${axis} ${plain(x.at(-1) ?? 0)}`;
  });
  return `${title}: ${told.join("; ")}`;
}

function Legend({ lines, at, axis, xText, yText }: LegendProps) {
  return (
    <ul className={styles.legend}>
      {lines.map((line, place) => (
        <li key={`${line.name}${place}`}>
          <svg width="14" height="4" aria-hidden="true">
            <line
              {...{ x1: 0, x2: 14, y1: 2, y2: 2, strokeWidth: 2.5 }}
              stroke={`var(--series-${((line.color - 1) % 8) + 1})`}
              {...(line.isDashed === true && { strokeDasharray: "4 3" })}
            />
          </svg>
          <span className={styles.name}>{line.name}</span>
          <b>{valueText(at === undefined ? (line.faint ?? line.y).at(-1) : at.y[place], yText)}</b>
        </li>
      ))}
      <li className={styles.at}>{at === undefined ? "" : `${axis} ${xText(at.x)}`}</li>
    </ul>
  );
}

const valueText = (value: number | undefined, text: (y: number) => string): string =>
  value === undefined ? "–" : text(value);

interface LegendProps {
  lines: readonly CurveLine[];
  at: Pointed | undefined;
  axis: string;
  xText: (x: number) => string;
  yText: (y: number) => string;
}

export function Curves(props: CurvesProps) {
  const { title, lines, axis, isLog, height = 190, xText = compact, yText = plain } = props;
  const scheme = useComputedColorScheme("light");
  const [frame, width] = useWidth();
  const [x, setX] = useState<number>();
  const chart = useRef<uPlot>(undefined);
  const shape = JSON.stringify([
    ...[scheme, width, isLog, height, axis],
    lines.map((line) => [line.color, line.isDashed, hasBand(line), hasFaint(line)]),
  ]);
  const data = useMemo(() => aligned(lines), [lines]);
  const latest = useRef({ props, data });
  useEffect(() => {
    latest.current = { props, data };
  });
  useEffect(() => {
    const target = frame.current;
    if (target === null || width === 0) return undefined;
    const made = draw({ target, width, ...latest.current, onPoint: setX });
    chart.current = made;
    return () => {
      chart.current = undefined;
      made.destroy();
    };
  }, [frame, shape, width]);
  useEffect(() => {
    // what was drawn a moment ago is not drawn again
    if (chart.current !== undefined && chart.current.data !== (data as unknown))
      chart.current.setData(data as unknown as uPlot.AlignedData);
  }, [data]);
  const at =
    x === undefined ? undefined : { x: Math.round(x), y: lines.map((line) => pointed(line, x)) };
  return (
    <figure className={styles.figure}>
      <Legend {...{ lines, at, axis, xText, yText }} />
      <div
        ref={frame}
        className={styles.frame}
        style={{ height }}
        role="img"
        aria-label={spoken(title, lines, axis)}
      />
    </figure>
  );
}
