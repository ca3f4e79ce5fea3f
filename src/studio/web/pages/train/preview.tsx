// Real rows as the model reads them: every token, and whether it is learned. One row at a time; which stands in the address.
import { Button } from "@mantine/core";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { Num } from "../../design/numbers.tsx";
import { Panel } from "../../design/page.tsx";
import type { Preview as Shown, PreviewRow, Sequence } from "./look.ts";
import styles from "./preview.module.css";

const visible = (text: string): string => text.replaceAll("\n", "↵\n").replaceAll("\t", "⇥\t");

function Tokens({ sequence }: { sequence: Sequence }) {
  const { ids, texts, weights, special, more } = sequence;
  const marks = new Set(special);
  return (
    // the page scrolls inside, so keys must reach it
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre className={styles.tokens} dir="auto" tabIndex={0} aria-label="Tokens of the row">
      {ids.map((id, at) => {
        const isLearned = (weights[at] ?? 0) !== 0;
        const kind = marks.has(at) ? "special" : isLearned ? "learned" : "read";
        return (
          <span
            key={at}
            className={styles.token}
            data-kind={kind}
            data-learned={isLearned}
            title={`token ${id}${isLearned ? ", trained on" : ", context"}`}
          >
            {visible(texts[at] ?? "")}
          </span>
        );
      })}
      {more > 0 && <i> and {more} more tokens</i>}
    </pre>
  );
}

function Row({ row }: { row: PreviewRow }) {
  const share = Math.round((100 * row.learned) / Math.max(1, row.tokens));
  return (
    <>
      <p className={styles.facts}>
        {row.file.split("/").at(-1)}, line {row.line}: <Num of={row.tokens} /> tokens,{" "}
        <Num of={row.learned} /> trained on ({share} %)
        {row.cut && <b className={styles.cut}> the end is cut off</b>}
      </p>
      {row.sequences.map((sequence, at) => (
        <Tokens key={at} sequence={sequence} />
      ))}
    </>
  );
}

export interface PreviewProps {
  preview: Shown;
  /** Of all rows, from 0. */
  row: number;
  isBehind: boolean;
  onRow: (row: number) => void;
}

export function Preview({ preview, row, isBehind, onRow }: PreviewProps) {
  const shown = preview.rows[row - preview.offset];
  const last = preview.total - 1;
  const go = (to: number): void => onRow(Math.max(0, Math.min(last, to)));
  useShortcuts([
    { keys: "j", about: "The next row of the preview", run: () => go(row + 1) },
    { keys: "k", about: "Previous row", run: () => go(row - 1) },
  ]);
  return (
    <Panel
      title="What the model reads"
      side={
        <>
          <span className={styles.key} data-kind="learned">
            {" "}
            trained on{" "}
          </span>
          <span className={styles.key} data-kind="read">
            context
          </span>
          <Button.Group>
            <Button
              size="compact-xs"
              variant="default"
              aria-label="Previous row"
              disabled={row <= 0}
              onClick={() => go(row - 1)}
            >
              <ChevronLeft size={14} aria-hidden="true" />
            </Button>
            <Button
              size="compact-xs"
              variant="default"
              aria-label="The next row"
              disabled={row >= last}
              onClick={() => go(row + 1)}
            >
              <ChevronRight size={14} aria-hidden="true" />
            </Button>
          </Button.Group>
          <span className={styles.count}>
            <Num of={row + 1} /> of <Num of={preview.total} />
          </span>
        </>
      }
    >
      <div aria-busy={isBehind || shown === undefined} className={styles.row}>
        {shown === undefined ? null : <Row row={shown} />}
      </div>
    </Panel>
  );
}
