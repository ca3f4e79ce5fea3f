// What a quality job has come to: counts, means by criterion before and after, how the scores lie, what to know of the judge.
import type { components } from "../../api/generated.d.ts";
import { Num } from "../../design/numbers.tsx";
import { Panel } from "../../design/page.tsx";
import styles from "./outcome.module.css";

type Summary = components["schemas"]["QualitySummary"];

function Counts({ summary: { counts, average } }: { summary: Summary }) {
  const figures = [
    ["Kept", counts.kept - counts.below],
    ["Fixed", counts.fixed],
    ["Removed", counts.removed],
    ["Kept, below the minimum", counts.below],
  ] as const;
  return (
    <dl className={styles.figures}>
      {figures.map(([name, count]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <Num of={count} />
          </dd>
        </div>
      ))}
      <div>
        <dt>Mean score</dt>
        <dd>
          <Num of={average.before} digits={1} /> → <Num of={average.after} digits={1} />
        </dd>
      </div>
    </dl>
  );
}

/** Rows by whole points: how they were as an outline, how they stay as bars. */
function Scores({
  histogram: { before, after },
  bar,
}: {
  histogram: Summary["histogram"];
  bar: number;
}) {
  const most = Math.max(1, ...before, ...after);
  const said = after.map((count, at) => `${at}: ${before[at]} before, ${count} after`).join("; ");
  return (
    <figure className={styles.scores}>
      <div className={styles.bars} role="img" aria-label={`Rows by score. ${said}`}>
        {after.map((count, at) => (
          <div
            key={at}
            className={styles.column}
            data-below={at < bar}
            data-empty={before[at] === 0}
          >
            <span
              className={styles.before}
              style={{ height: `${(100 * (before[at] ?? 0)) / most}%` }}
            />
            <span className={styles.after} style={{ height: `${(100 * count) / most}%` }} />
            <span className={styles.point}>{at}</span>
          </div>
        ))}
      </div>
      <figcaption className={styles.caption}>
        <span className={styles.keyAfter} /> after <span className={styles.keyBefore} /> before
      </figcaption>
    </figure>
  );
}

function Criteria({ criteria }: { criteria: Summary["criteria"] }) {
  return (
    <table className={styles.criteria}>
      <thead>
        <tr>
          <th scope="col">Criterion</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {criteria.map(({ name, title, before, after }) => (
          <tr key={name}>
            <th scope="row">{title}</th>
            <td>
              <Num of={before} digits={1} />
            </td>
            <td>
              <Num of={after} digits={1} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Checks({ found }: { found: Summary["by_check"] }) {
  const entries = Object.entries(found).toSorted(([, a], [, b]) => b - a);
  if (entries.length === 0) return null;
  return (
    <p className={styles.checks}>
      Found by checks, without a model:{" "}
      {entries.map(([check, count]) => `${check.replaceAll("-", " ")} ${count}`).join(", ")}.
    </p>
  );
}

export function Outcome({ summary }: { summary: Summary }) {
  const { minQualityScore: bar = 7 } = summary.settings as { minQualityScore?: number };
  return (
    <Panel title="Result">
      <Counts summary={summary} />
      <div className={styles.pictures}>
        <Scores histogram={summary.histogram} bar={bar} />
        <Criteria criteria={summary.criteria} />
      </div>
      <Checks found={summary.by_check} />
      {summary.warnings.map((warning) => (
        <p key={warning} className={styles.warning}>
          About this judge: {warning}.
        </p>
      ))}
    </Panel>
  );
}
