// Scores with how sure they are: a dot and its 95 % interval on the metric's scale, and the same in figures.
import type { components } from "../../api/generated.d.ts";
import styles from "./scores.module.css";

export type Score = components["schemas"]["EvaluationScore"];

/** As many digits as tell scores apart. */
export const scoreText = (value: number): string =>
  Math.abs(value) >= 20 ? value.toFixed(1) : value.toFixed(3);

export function intervalText({ low, high }: Score): string {
  if (low === undefined || high === undefined) return "";
  return `95 %: ${scoreText(low)} to ${scoreText(high)}`;
}

/** Nothing where the metric has no largest score. */
function Bar({ score, low, high, scale }: Score) {
  if (scale === null) return <span />;
  const at = (value: number): number => (100 * Math.max(0, Math.min(value, scale))) / scale;
  return (
    <svg className={styles.bar} viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
      <rect className={styles.line} y={5} width={100} height={2} />
      {low !== undefined && high !== undefined && (
        <rect
          className={styles.sure}
          x={at(low)}
          width={Math.max(1, at(high) - at(low))}
          y={3}
          height={6}
        />
      )}
      <rect className={styles.dot} x={at(score) - 0.6} width={1.2} height={12} />
    </svg>
  );
}

export function Scores({ scores }: { scores: readonly Score[] }) {
  return (
    <ul className={styles.scores}>
      {scores.map((score) => (
        <li key={score.metric} className={styles.one}>
          <span className={styles.metric}>{score.metric}</span>
          <Bar {...score} />
          <span className={styles.value}>{scoreText(score.score)}</span>
          <span className={styles.interval}>{intervalText(score)}</span>
        </li>
      ))}
    </ul>
  );
}
