// A list, or with a head a table, of any length in a box of its own: only what is seen stands in the document. Lines may
// be of different heights.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";
import styles from "./long-list.module.css";

export function LongList<T>(props: LongListProps<T>) {
  const { label, items, keyOf, estimate = 48, head, at, onEnd, fills = false, children } = props;
  const box = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- what it gives is read here alone
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => estimate,
    getItemKey: (index) => keyOf(items[index]!, index),
    overscan: 6,
  });
  const seen = virtual.getVirtualItems();
  const last = seen.at(-1)?.index ?? -1;
  const isAtEnd = last >= items.length - 10;
  useEffect(() => {
    if (isAtEnd) onEnd?.();
  }, [isAtEnd, items.length, onEnd]);
  useEffect(() => {
    if (at !== undefined && at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [at, virtual]);
  const isTable = head !== undefined;
  return (
    <div
      className={styles.whole}
      data-fills={fills || undefined}
      {...(isTable && { role: "table", "aria-label": label, "aria-rowcount": items.length + 1 })}
    >
      {isTable && (
        <div role="row" className={`${styles.head} ${props.lineClass ?? ""}`} aria-rowindex={1}>
          {head}
        </div>
      )}
      <div
        ref={box}
        className={styles.box}
        tabIndex={0}
        role={isTable ? "rowgroup" : "list"}
        aria-label={label}
      >
        <div role="presentation" className={styles.all} style={{ height: virtual.getTotalSize() }}>
          {seen.map(({ index, key, start }) => (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              role={isTable ? "row" : "listitem"}
              {...(isTable
                ? { "aria-rowindex": index + 2 }
                : { "aria-setsize": items.length, "aria-posinset": index + 1 })}
              className={`${styles.line} ${props.lineClass ?? ""}`}
              style={{ transform: `translateY(${start}px)` }}
            >
              {children(items[index]!, index)}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

interface LongListProps<T> {
  label: string;
  items: readonly T[];
  keyOf: (item: T, index: number) => string | number;
  /** Pixels that a line is likely to be high. */
  estimate?: number;
  /** Cells of a table's head. */
  head?: ReactNode;
  /** Line that is brought into sight. */
  at?: number | undefined;
  /** Called as the end comes near. */
  onEnd?: (() => void) | undefined;
  /** As high as what it stands in, not as its lines. */
  fills?: boolean;
  /** Of each line and of the head: its columns. */
  lineClass?: string | undefined;
  children: (item: T, index: number) => ReactNode;
}
