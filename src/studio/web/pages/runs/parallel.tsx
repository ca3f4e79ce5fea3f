// Parallel coordinates: an axis a column, a line a trial, coloured by the last column. Numbers that span decades are laid out
// by their logarithm; words stand in the order in which they come.
import { useWidth } from "../../design/use-width.ts";
import styles from "./parallel.module.css";
import { valueText } from "./value-text.ts";

export interface Column {
  name: string;
  values: readonly unknown[];
}

interface Scale {
  /** From 0, the bottom, to 1; undefined where there is no value. */
  place: (value: unknown) => number | undefined;
  ticks: { at: number; text: string }[];
}

const decades = 30;

function numberScale(numbers: readonly number[]): Scale {
  const least = Math.min(...numbers);
  const most = Math.max(...numbers);
  const isLog = least > 0 && most / least >= decades;
  const to = (value: number): number => (isLog ? Math.log(value) : value);
  const span = to(most) - to(least);
  const place = (value: unknown): number | undefined => {
    if (typeof value !== "number") return undefined;
    return span === 0 ? 0.5 : (to(value) - to(least)) / span;
  };
  const distinct = [...new Set(numbers)].toSorted((a, b) => a - b);
  const shown = distinct.length <= 6 ? distinct : [least, most];
  return {
    place,
    ticks: shown.map((value) => ({ at: place(value) ?? 0, text: valueText(value) })),
  };
}

function wordScale(values: readonly unknown[]): Scale {
  const words = [...new Set(values.map(valueText))];
  const at = (word: string): number =>
    words.length === 1 ? 0.5 : words.indexOf(word) / (words.length - 1);
  return {
    place: (value) => at(valueText(value)),
    ticks: words.map((text) => ({ at: at(text), text: text.slice(0, 18) })),
  };
}

function scaleOf({ values }: Column): Scale {
  const present = values.filter((value) => value !== null && value !== undefined);
  if (present.length === 0) return { place: () => undefined, ticks: [] };
  const numbers = present.filter((value): value is number => typeof value === "number");
  return numbers.length > 0 && numbers.length === present.length
    ? numberScale(numbers)
    : wordScale(values);
}

const height = 260;
const top = 34;
const bottom = 14;
const side = 70;
/** Ticks closer to each other than this are left out. */
const leastGap = 14;

const yOf = (place: number): number => height - bottom - place * (height - top - bottom);

export interface ParallelProps {
  columns: readonly Column[];
  marked: number | undefined;
  onMark: (at: number | undefined) => void;
}

/** Both ends, and between them whichever leave room. */
function apart(ticks: Scale["ticks"]): Scale["ticks"] {
  const fromTop = ticks.toSorted((a, b) => b.at - a.at);
  const kept: Scale["ticks"] = [];
  for (const tick of [...fromTop.slice(-1), ...fromTop.slice(0, -1)]) {
    const isFree = kept.every(({ at }) => Math.abs(yOf(at) - yOf(tick.at)) >= leastGap);
    if (isFree) kept.push(tick);
  }
  return kept;
}

export function Parallel({ columns, marked, onMark }: ParallelProps) {
  const [frame, width] = useWidth();
  const scales = columns.map(scaleOf);
  const between = Math.max(110, (width - 2 * side) / Math.max(1, columns.length - 1));
  const whole = 2 * side + (columns.length - 1) * between;
  const count = columns[0]?.values.length ?? 0;
  const last = columns.length - 1;
  const paths = Array.from({ length: count }, (_, trial) => {
    const places = columns.map(({ values }, at) => scales[at]?.place(values[trial]));
    const known = places.flatMap((place, at) =>
      place === undefined ? [] : [[side + at * between, yOf(place)]],
    );
    const end = places[last];
    return {
      trial,
      end,
      path: known.map(([x, y], at) => `${at === 0 ? "M" : "L"}${x} ${y}`).join(""),
    };
  });
  const ordered = paths.toSorted((a, b) => Number(a.trial === marked) - Number(b.trial === marked));
  return (
    <div className={styles.scroll} ref={frame}>
      <svg
        width={whole}
        height={height}
        className={styles.picture}
        role="img"
        aria-label={`${count} trials through ${columns.map(({ name }) => name).join(", ")}`}
      >
        {ordered.map(({ trial, end, path }) => (
          <path
            key={trial}
            d={path}
            className={styles.line}
            data-marked={trial === marked}
            data-dimmed={marked !== undefined && trial !== marked}
            strokeOpacity={end === undefined ? 0.3 : 1 - 0.75 * end}
            onPointerEnter={() => onMark(trial)}
            onPointerLeave={() => onMark(undefined)}
          />
        ))}
        {columns.map(({ name }, at) => (
          <g key={name} transform={`translate(${side + at * between} 0)`}>
            <text className={styles.name} y={16} textAnchor="middle">
              {name.split(".").at(-1)}
            </text>
            <line className={styles.axis} y1={top} y2={height - bottom} />
            {apart(scales[at]?.ticks ?? []).map((tick) => (
              <text
                key={tick.text}
                className={styles.tick}
                x={at === last ? 8 : -8}
                y={yOf(tick.at) + 4}
                textAnchor={at === last ? "start" : "end"}
              >
                {tick.text}
              </text>
            ))}
          </g>
        ))}
      </svg>
    </div>
  );
}
