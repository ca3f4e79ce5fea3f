// The command that does the same in a terminal, ready to be copied.
import { Button, CopyButton } from "@mantine/core";
import styles from "./command.module.css";

export interface CommandProps {
  words: readonly string[];
  /** Of a sweep: what stands in its file. */
  file?: string | undefined;
}

export function Command({ words, file }: CommandProps) {
  const [first = "", ...rest] = words;
  const names = rest.filter((word) => !word.startsWith("-"));
  const flags = rest.filter((word) => word.startsWith("-"));
  const lines = [[first, ...names].join(" "), ...flags];
  return (
    <div className={styles.command}>
      {file !== undefined && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <pre className={styles.text} tabIndex={0} aria-label="sweep.yml">
          {file}
        </pre>
      )}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={styles.text} tabIndex={0} aria-label="Command line">
        {lines.join(" \\\n  ")}
      </pre>
      <CopyButton value={file === undefined ? words.join(" ") : file}>
        {({ copied, copy }) => (
          <Button size="compact-xs" variant="default" onClick={copy}>
            {copied ? "Copied" : file === undefined ? "Copy the command" : "Copy sweep.yml"}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
