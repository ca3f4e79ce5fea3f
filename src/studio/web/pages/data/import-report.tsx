// What came of a file that was taken in: rows read, those that cannot be used with their lines, what was lost in reading.
import { Button } from "@mantine/core";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import type { components } from "../../api/generated.d.ts";
import { Link } from "../../app/link.tsx";
import { Count, Num } from "../../design/numbers.tsx";
import styles from "./import.module.css";
import { addressOf } from "./queries.ts";

export type Report = Omit<components["schemas"]["ImportReport"], "job_id">;

function Left({ report }: { report: Report }) {
  const { left, left_out: count } = report;
  return (
    <>
      <ul className={styles.left}>
        {left.slice(0, 20).map(({ line, field, why, text }) => (
          <li key={`${line}${field}`}>
            <span className={styles.line}>line {line}</span>
            <span>
              {field !== "" && <code>{field}</code>} {why}
              {text !== "" && (
                <span className={styles.text} dir="auto">
                  {text}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
      {count > 20 && (
        <p className={styles.more}>
          and <Num of={count - 20} /> more
        </p>
      )}
    </>
  );
}

function Losses({ report }: { report: Report }) {
  if (report.losses.length === 0) return null;
  return (
    <ul className={styles.left}>
      {report.losses.map(({ field, why, rows }) => (
        <li key={`${field}${why}`}>
          <span className={styles.line}>
            <Count of={rows} what="row" />
          </span>
          <span>
            <code>{field}</code> {why}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** With its file's name, and a way to put it away. */
export function ReportFrame({ name, tone, onAway, children }: FrameProps) {
  return (
    <section className={styles.report} data-tone={tone} aria-label={`Import of ${name}`}>
      <div className={styles.head}>
        <strong>{name}</strong>
        <button
          type="button"
          className={styles.close}
          aria-label={`Dismiss the report of ${name}`}
          onClick={onAway}
        >
          <X size={14} aria-hidden="true" />
        </button>
      </div>
      {children}
    </section>
  );
}

interface FrameProps {
  name: string;
  tone: "bad" | "good" | "wait";
  onAway: () => void;
  children: ReactNode;
}

export function ReportView({ report, onWithout }: { report: Report; onWithout: () => void }) {
  const { rows, taken, left_out: left, made, form } = report;
  return (
    <>
      <p className={styles.words}>
        <Count of={rows} what="row" /> read
        {made !== null && (
          <>
            , <Num of={taken} /> imported as {form}
          </>
        )}
        {left > 0 && (
          <>
            , <Num of={left} /> {made === null ? "cannot be used" : "left out"}
          </>
        )}
        {made === null && <>. Nothing has been made yet.</>}
      </p>
      <Left report={report} />
      <Losses report={report} />
      {made === null ? (
        taken > 0 && (
          <Button size="compact-sm" onClick={onWithout}>
            Import the other {taken === 1 ? "row" : `${taken} rows`} without them
          </Button>
        )
      ) : (
        <Link to={`${addressOf(made)}?tab=rows`}>View the rows</Link>
      )}
    </>
  );
}
