// Numbers of a set drawn: bars for lengths, a line a value for shares. What is drawn is also there as text.
import { useId } from "react";
import { Link } from "../../app/link.tsx";
import { compact, Num } from "../../design/numbers.tsx";
import styles from "./pictures.module.css";

export interface Lengths {
  mean: number;
  least: number;
  median: number;
  ninth: number;
  most: number;
  bars: { from: number; to: number | null; rows: number }[];
}

export interface Share {
  name: string;
  rows: number;
}

const [width, height] = [480, 120];

function rangeText({ from, to }: Lengths["bars"][number], what: string): string {
  if (to === null) return `${from.toLocaleString("en")} ${what} or more`;
  return to - from === 1 ? `${from} ${what}` : `${from.toLocaleString("en")} to ${to - 1} ${what}`;
}

export function Bars({ lengths, what }: { lengths: Lengths; what: string }) {
  const id = useId();
  const { bars, mean, least, median, ninth, most } = lengths;
  const highest = Math.max(1, ...bars.map(({ rows }) => rows));
  // few bars do not grow as wide as the picture
  const step = width / Math.max(8, bars.length);
  const words = `${what}: least ${least}, median ${median}, nine of ten up to ${ninth}, most ${most}`;
  const [first, last] = [bars[0], bars.at(-1)];
  return (
    <figure className={styles.figure}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-labelledby={id}
        className={styles.bars}
      >
        <title id={id}>{words}</title>
        {bars.map((bar, place) => {
          const tall = bar.rows === 0 ? 0 : Math.max(2, (bar.rows / highest) * (height - 4));
          return (
            <g key={bar.from} className={styles.bar}>
              <title>{`${rangeText(bar, what)}: ${bar.rows.toLocaleString("en")} rows`}</title>
              <rect x={place * step} y={0} width={step} height={height} className={styles.reach} />
              <rect
                x={place * step + step * 0.08}
                y={height - tall}
                width={step * 0.84}
                height={tall}
                className={bar.to === null ? styles.over : styles.fill}
              />
            </g>
          );
        })}
      </svg>
      <div
        className={styles.axis}
        aria-hidden="true"
        style={{ width: `${(step * bars.length * 100) / width}%` }}
      >
        <span>{first === undefined ? "" : compact(first.from)}</span>
        <span>
          {last === undefined
            ? ""
            : last.to === null
              ? `${compact(last.from)} and more`
              : compact(last.to - 1)}
        </span>
      </div>
      <dl className={styles.facts}>
        <div>
          <dt>median</dt>
          <dd>
            <Num of={median} />
          </dd>
        </div>
        <div>
          <dt>mean</dt>
          <dd>
            <Num of={mean} {...(mean < 100 && { digits: 1 })} />
          </dd>
        </div>
        <div>
          <dt>9 of 10 up to</dt>
          <dd>
            <Num of={ninth} />
          </dd>
        </div>
        <div>
          <dt>least, most</dt>
          <dd>
            <Num of={least} />, <Num of={most} />
          </dd>
        </div>
      </dl>
    </figure>
  );
}

const shownShares = 12;

interface SharesProps {
  shares: readonly Share[];
  total: number;
  /** Said where there is none. */
  none: string;
  hrefOf?: (name: string) => string;
}

export function Shares({ shares, total, none, hrefOf }: SharesProps) {
  if (shares.length === 0) return <p className={styles.none}>{none}</p>;
  const highest = Math.max(...shares.map(({ rows }) => rows));
  return (
    <>
      <ul className={styles.shares}>
        {shares.slice(0, shownShares).map(({ name, rows }) => (
          <li key={name}>
            <span className={styles.name} dir="auto" title={name}>
              {hrefOf === undefined || name === "others" ? (
                name
              ) : (
                <Link to={hrefOf(name)}>{name}</Link>
              )}
            </span>
            <span className={styles.track} aria-hidden="true">
              <span style={{ width: `${(rows / highest) * 100}%` }} />
            </span>
            <span className={styles.number}>
              <Num of={rows} />
            </span>
            <span className={styles.percent}>
              {total === 0 ? "" : `${((rows / total) * 100).toFixed(rows / total < 0.1 ? 1 : 0)} %`}
            </span>
          </li>
        ))}
      </ul>
      {shares.length > shownShares && (
        <p className={styles.none}>and {shares.length - shownShares} more</p>
      )}
    </>
  );
}
