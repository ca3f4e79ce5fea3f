// A table of any length: only the lines that are seen stand in the document. Lines are links, the open one is marked.
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, type MouseEvent, useEffect, useRef } from "react";
import { Num } from "../../design/numbers.tsx";
import styles from "./line-table.module.css";
import type { SetLine } from "./queries.ts";
import type { SeenLines } from "./use-lines.ts";

const lineHeight = 32;
/** No browser lays out more pixels than 2^25: of longer sets a part is shown at once. */
export const mostLines = 1_000_000;

const overscan = 12;

/** As many lines as can be in the document at once, in a box so many pixels high. */
const slotsIn = (height: number): number => Math.ceil(height / lineHeight) + 2 * overscan + 2;

interface LineProps {
  place: number;
  line: SetLine | undefined;
  top: number;
  isOpen: boolean;
  hrefOf: (at: number) => string;
  onOpen: (at: number, place: number) => void;
}

const Line = memo(function Line({ place, line, top, isOpen, hrefOf, onOpen }: LineProps) {
  const style = { transform: `translateY(${top}px)` };
  if (line === undefined)
    return (
      <div
        className={styles.line}
        style={style}
        role="row"
        data-blank="true"
        aria-rowindex={place + 2}
      >
        <span role="cell" className={styles.number}>
          <Num of={place + 1} />
        </span>
        <span role="cell" className={styles.blank} />
      </div>
    );
  const { at, asked, answered, turns, characters, score, status, topic } = line;
  const opened = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onOpen(at, place);
  };
  return (
    <div
      role="row"
      aria-rowindex={place + 2}
      className={styles.line}
      style={style}
      data-open={isOpen || undefined}
      data-removed={status === "removed" || undefined}
    >
      <span role="cell" className={styles.number}>
        <Num of={at + 1} />
      </span>
      <span role="cell" className={styles.asked} dir="auto">
        <a href={hrefOf(at)} onClick={opened} className={styles.link} tabIndex={-1}>
          {asked === "" ? "(no text)" : asked}
        </a>
      </span>
      <span role="cell" className={styles.answered} dir="auto">
        {answered}
      </span>
      <span role="cell" className={styles.topic}>
        {topic}
      </span>
      <span role="cell" className={styles.figure}>
        {turns}
      </span>
      <span role="cell" className={styles.figure}>
        <Num of={characters} />
      </span>
      <span role="cell" className={styles.figure}>
        {score === null ? "–" : score.toFixed(1)}
      </span>
    </div>
  );
});

export interface LineTableProps {
  lines: SeenLines;
  total: number;
  open: number | undefined;
  /** Place to begin at. */
  start: number;
  hrefOf: (at: number) => string;
  onOpen: (at: number, place: number) => void;
  /** Gives a function that brings a place into sight. */
  onReady: (show: (place: number) => void) => void;
  isNarrow: boolean;
}

export function LineTable(props: LineTableProps) {
  const { lines, total, open, start, hrefOf, onOpen, onReady, isNarrow } = props;
  const scrolled = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- it changes as it is scrolled, and nothing of it is remembered
  const virtual = useVirtualizer({
    count: Math.min(total, mostLines),
    getScrollElement: () => scrolled.current,
    estimateSize: () => lineHeight,
    overscan,
    // drawn in a task of its own, not in the one that tells of scrolling
    useFlushSync: false,
    initialOffset: Math.max(0, start - 5) * lineHeight,
  });
  const items = virtual.getVirtualItems();
  const slots = Math.max(items.length, slotsIn(virtual.scrollRect?.height ?? 0));
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  const { see } = lines;
  useEffect(() => see(first, last), [first, last, see, total]);
  useEffect(
    () => onReady((place) => virtual.scrollToIndex(place, { align: "auto" })),
    [virtual, onReady],
  );
  return (
    <div
      className={styles.table}
      role="table"
      aria-label="Rows"
      aria-rowcount={total + 1}
      data-narrow={isNarrow || undefined}
    >
      <div role="row" className={styles.head} aria-rowindex={1}>
        <span role="columnheader" className={styles.number}>
          Row
        </span>
        <span role="columnheader">First message</span>
        <span role="columnheader" className={styles.answered}>
          Last answer
        </span>
        <span role="columnheader" className={styles.topic}>
          Topic
        </span>
        <span role="columnheader" className={styles.figure}>
          Turns
        </span>
        <span role="columnheader" className={styles.figure}>
          Characters
        </span>
        <span role="columnheader" className={styles.figure}>
          Score
        </span>
      </div>
      <div
        ref={scrolled}
        className={styles.scrolled}
        role="rowgroup"
        tabIndex={0}
        aria-label="Rows, scrolled"
      >
        <div className={styles.all} style={{ height: virtual.getTotalSize() }} role="presentation">
          {items.map(({ index, start: top }) => {
            const line = lines.at(index);
            return (
              <Line
                // lines that have gone out of sight are written over: an element made anew costs several times as much
                key={index % slots}
                {...{ place: index, line, top, hrefOf, onOpen }}
                isOpen={line !== undefined && line.at === open}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}
