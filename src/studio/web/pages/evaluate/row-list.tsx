// The lines of an evaluation's rows: question and answer in short, who was better; one opens to all that is known of it.
import type { components } from "../../api/generated.d.ts";
import { useUrlState } from "../../app/url-state.ts";
import type { WindowRows } from "../../design/use-window-rows.ts";
import { RowDetails } from "./row-details.tsx";
import styles from "./rows.module.css";
import { scoreText } from "./scores.tsx";

type Row = components["schemas"]["EvaluationRow"];

export const outcomeWords: Readonly<Record<NonNullable<Row["outcome"]>, string>> = {
  ...{ loss: "Worse", win: "Better", tie: "Alike" },
};

function Line({ row, isOpen, onToggle }: { row: Row; isOpen: boolean; onToggle: () => void }) {
  const [own] = row.answers;
  return (
    <button type="button" className={styles.line} aria-expanded={isOpen} onClick={onToggle}>
      <span className={styles.number}>{row.index + 1}</span>
      <span className={styles.words}>
        <span className={styles.prompt} dir="auto">
          {row.prompt}
        </span>
        <span className={styles.answer} dir="auto">
          {own?.text === "" ? "(empty)" : own?.text}
        </span>
      </span>
      {row.outcome !== null && row.difference !== null && (
        <span className={styles.outcome} data-outcome={row.outcome}>
          {outcomeWords[row.outcome]}
          {row.outcome !== "tie" && ` by ${scoreText(Math.abs(row.difference))}`}
        </span>
      )}
      <span className={styles.score}>
        {own?.score === null || own === undefined ? "–" : scoreText(own.score)}
      </span>
    </button>
  );
}

export interface RowListProps {
  /** Of the evaluation. */
  id: string;
  rows: readonly Row[];
  /** Of all that fit, whether they have come or not. */
  total: number | undefined;
  seen: WindowRows;
  against: string | undefined;
}

export function RowList({ id, rows, total, seen, against }: RowListProps) {
  const [{ row: open }, setState] = useUrlState();
  const { frame, places, before, after, measure } = seen;
  return (
    <ol className={styles.rows} ref={frame} style={{ paddingTop: before, paddingBottom: after }}>
      {places.map((place) => {
        const row = rows[place];
        if (row === undefined) return null;
        const isOpen = String(row.index) === open;
        return (
          <li
            key={row.index}
            className={styles.row}
            ref={measure}
            data-index={place}
            aria-setsize={total}
            aria-posinset={place + 1}
          >
            <Line
              row={row}
              isOpen={isOpen}
              onToggle={() => setState({ row: isOpen ? undefined : String(row.index) })}
            />
            {isOpen && <RowDetails {...{ id, against }} index={row.index} />}
          </li>
        );
      })}
    </ol>
  );
}
