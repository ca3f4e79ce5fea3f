// What an upload would send, file by file; what stays here and why; secrets and what to think of first.
import type { components } from "../../api/generated.d.ts";
import { Bytes } from "../../design/numbers.tsx";
import { Panel } from "../../design/page.tsx";
import styles from "./plan-view.module.css";

export function PlanView({ plan }: { plan: components["schemas"]["SharePlan"] }) {
  const { files, bytes, left_out: stays, secrets, warnings, license } = plan;
  return (
    <Panel
      title={`${files.length} files to upload`}
      side={
        <>
          <Bytes of={bytes} /> in all, licence {license ?? "unknown"}
        </>
      }
    >
      <div className={styles.plan}>
        {secrets.length > 0 && (
          <ul className={styles.secrets} role="alert" aria-label="Secrets found">
            {secrets.map(({ file, kind, line, refused }) => (
              <li key={`${file} ${line} ${kind}`}>
                <strong>{file}</strong>
                {line === null ? "" : `, line ${line}`}: {kind}
                {refused
                  ? ". The upload is refused until it is removed."
                  : ". The file is not uploaded."}
              </li>
            ))}
          </ul>
        )}
        {warnings.length > 0 && (
          <ul className={styles.warnings} aria-label="Warnings">
            {warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        )}
        <ul className={styles.files} aria-label="Files to upload">
          {files.map(({ path, bytes: size }) => (
            <li key={path}>
              <code>{path}</code>
              <Bytes of={size} />
            </li>
          ))}
        </ul>
        {stays.length > 0 && (
          <details>
            <summary>{stays.length} are not uploaded</summary>
            <ul className={styles.files} aria-label="Files not uploaded">
              {stays.map(({ path, why }) => (
                <li key={path}>
                  <code>{path}</code>
                  <span className={styles.why}>{why}</span>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </Panel>
  );
}
