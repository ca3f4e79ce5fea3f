// The command that does the same in a terminal, ready to be copied.
import { Button, CopyButton } from "@mantine/core";
import styles from "./command.module.css";

export function Command({ words }: { words: readonly string[] }) {
  const [first = "", ...rest] = words;
  const names = rest.filter((word) => !word.startsWith("-"));
  const flags = rest.filter((word) => word.startsWith("-"));
  const lines = [[first, ...names].join(" "), ...flags];
  return (
    <div className={styles.command}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={styles.text} tabIndex={0} aria-label="Command line">
        {lines.join(" \\\n  ")}
      </pre>
      <CopyButton value={words.join(" ")}>
        {({ copied, copy }) => (
          <Button size="compact-xs" variant="default" onClick={copy}>
            {copied ? "Copied" : "Copy the command"}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
