// Conversations as lines, as many as there are: only those in sight are drawn, more are asked for as the end comes near.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { components } from "../../api/generated.d.ts";
import styles from "./found-list.module.css";

export type Line = components["schemas"]["ReviewLine"];

const height = 62;

const signs = { open: "○", accepted: "✓", rejected: "✕" } as const;

/** How sure a rule is, in words: a figure alone says little. */
export const certainty = (confidence: number): string =>
  confidence >= 0.9 ? "certain" : confidence >= 0.7 ? "likely" : "uncertain";

export function FoundList({ lines, current, hasMore, onMore, onChoose }: FoundListProps) {
  const box = useRef<HTMLDivElement>(null);
  // what it gives is read in this component alone, which no compiler keeps
  // eslint-disable-next-line react/incompatible-library
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= lines.length - 20) onMore();
  }, [hasMore, last, lines.length, onMore]);
  const at = lines.findIndex(({ id }) => id === current);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [at, virtual]);
  return (
    <div ref={box} className={styles.box} role="listbox" aria-label="Conversations" tabIndex={0}>
      <div className={styles.all} style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const line = lines[index]!;
          return (
            <div
              key={line.id}
              role="option"
              aria-selected={line.id === current}
              className={styles.line}
              data-status={line.status}
              style={{ transform: `translateY(${start}px)` }}
              onClick={() => onChoose(line.id)}
            >
              <span className={styles.sign} aria-label={line.status}>
                {signs[line.status]}
              </span>
              <span className={styles.opening} dir="auto">
                {line.opening}
              </span>
              <span className={styles.small}>
                {line.turns} turns · {certainty(line.confidence)} · {line.rule}
                {line.is_changed && " · corrected"}
                {line.problems.length > 0 && <em> · {line.problems[0]}</em>}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface FoundListProps {
  lines: readonly Line[];
  current: number | undefined;
  hasMore: boolean;
  onMore: () => void;
  onChoose: (id: number) => void;
}
