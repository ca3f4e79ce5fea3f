// Failures of a job, each with what mends it.
import type { components } from "../../api/generated.d.ts";
import styles from "./failures.module.css";

type Failure = components["schemas"]["JobProgress"]["failures"][number];

function One({ key: name, status, attempts, reason, code, hint }: Failure) {
  return (
    <>
      <b>
        {name}
        {status === "ready" ? `, tried again after ${attempts}` : ""}
      </b>
      <span className={styles.reason}>{reason}</span>
      {hint !== null && <span className={styles.hint}>{hint}</span>}
      {code !== null && <code className={styles.code}>{code}</code>}
    </>
  );
}

export function Failures({
  failures,
  error,
}: {
  failures: readonly Failure[];
  error: string | null;
}) {
  if (failures.length === 0)
    return error === null ? null : (
      <div className={styles.failures} role="alert">
        <span className={styles.reason}>{error}</span>
      </div>
    );
  return (
    <div role="alert">
      <ul className={styles.failures} aria-label="Failures">
        {failures.map((failure) => (
          <li key={failure.key}>{One(failure)}</li>
        ))}
      </ul>
    </div>
  );
}
