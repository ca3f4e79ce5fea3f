// Fields in which two rows differ: what was there, what is there now. Words that differ are marked.
import styles from "./differences.module.css";
import { diffWords } from "./words.ts";

export interface FieldChange {
  path: string;
  before?: unknown;
  after?: unknown;
}

const textOf = (value: unknown): string =>
  value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 1);

export function Differences({ fields }: { fields: readonly FieldChange[] }) {
  if (fields.length === 0) return null;
  return (
    <dl className={styles.fields}>
      {fields.map(({ path, before, after }) => (
        <div key={path}>
          <dt>
            <code>{path}</code>
          </dt>
          <dd dir="auto">
            {diffWords(textOf(before), textOf(after)).map(({ kind, text }, place) =>
              kind === "same" ? (
                <span key={place}>{text}</span>
              ) : kind === "gone" ? (
                <del key={place}>{text}</del>
              ) : (
                <ins key={place}>{text}</ins>
              ),
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
