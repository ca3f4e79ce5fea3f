// The difference of two models in one sentence, with how sure it is.
import type { components } from "../../api/generated.d.ts";
import styles from "./delta-words.module.css";
import { scoreText } from "./scores.tsx";

export interface DeltaWordsProps {
  delta: components["schemas"]["EvaluationDelta"];
  metric: string;
  name: string;
  other: string;
}

export function DeltaWords({ delta, metric, name, other }: DeltaWordsProps) {
  const { low, high, p, better } = delta;
  const isSure = low > 0 || high < 0;
  const how = better === null ? "the same as" : better ? "better than" : "worse than";
  const amount = better === null ? "" : `${scoreText(Math.abs(delta.delta))} `;
  const sure =
    better === null
      ? ""
      : isSure
        ? "Chance alone is unlikely to explain it"
        : "It may be chance; more rows would tell";
  return (
    <p className={styles.words}>
      By {metric}, <strong>{name}</strong> is {amount}
      {how} <strong>{other}</strong>
      {better !== null && (
        <>
          {" "}
          (difference, 95 %: {scoreText(low)} to {scoreText(high)}, p{" "}
          {p < 0.001 ? "< 0.001" : p.toFixed(3)}
          ). {sure}
        </>
      )}
      .
    </p>
  );
}
