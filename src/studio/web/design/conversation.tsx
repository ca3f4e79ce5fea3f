// What was said, turn by turn, by whom: the words in their own direction of writing. Knows nothing of where they are from.
import type { ReactNode } from "react";
import styles from "./conversation.module.css";
import { InParts } from "./in-parts.tsx";

export interface Said {
  role: string;
  text: string;
  name?: string | undefined;
}

/** Lines of a turn that are shown before it is cut. */
export function Conversation({
  turns,
  isShort = false,
}: {
  turns: readonly Said[];
  isShort?: boolean;
}) {
  return (
    <InParts items={turns} what="turns">
      {(some) => (
        <ol className={styles.turns} data-short={isShort}>
          {some.map(({ role, text, name }, at) => (
            <li key={at} className={styles.turn} data-role={role}>
              <span className={styles.role}>
                {role === "" ? "row" : role}
                {name !== undefined && ` · ${name}`}
              </span>
              <p dir="auto" className={styles.words}>
                {text}
              </p>
            </li>
          ))}
        </ol>
      )}
    </InParts>
  );
}

interface RowContent {
  messages?: { role?: unknown; content?: unknown; name?: unknown }[];
  instruction?: unknown;
  input?: unknown;
  output?: unknown;
}

const textOf = (value: unknown): string =>
  typeof value === "string"
    ? value
    : value === undefined || value === null
      ? ""
      : JSON.stringify(value);

/** The turns of a row of either form of the datasets. */
export function turnsOf(content: unknown): Said[] {
  const row = (content ?? {}) as RowContent;
  if (Array.isArray(row.messages))
    return row.messages.map(({ role, content: text, name }) => ({
      ...{ role: textOf(role), text: textOf(text) },
      ...(typeof name === "string" && { name }),
    }));
  const turns = [
    { role: "user", text: textOf(row.instruction) },
    { role: "input", text: textOf(row.input) },
    { role: "assistant", text: textOf(row.output) },
  ];
  return turns.filter(({ text }) => text !== "");
}

/** A word or two beside others. */
export function Chip({ children, tone = "quiet" }: { children: ReactNode; tone?: string }) {
  return (
    <span className={styles.chip} data-tone={tone}>
      {children}
    </span>
  );
}

export function Chips({ children }: { children: ReactNode }) {
  return <div className={styles.chips}>{children}</div>;
}
