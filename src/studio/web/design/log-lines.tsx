// A log of any length in a frame of its own: only the lines that are seen stand in the document, and the newest stays in
// sight as long as nobody has scrolled away from it.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";
import styles from "./log-lines.module.css";

export interface LogLine {
  key: string | number;
  /** ISO 8601 */
  at: string;
  level?: "info" | "warn" | "error" | undefined;
  /** A word of what it is about. */
  kind?: string | undefined;
  text: ReactNode;
}

const lineHeight = 24;
/** Pixels from the end at which a person still follows it. */
const near = 40;

const timeText = (iso: string): string =>
  new Date(iso).toLocaleTimeString("en", { hour12: false, hourCycle: "h23" });

export function LogLines({ lines, label }: { lines: readonly LogLine[]; label: string }) {
  const frame = useRef<HTMLDivElement>(null);
  const isFollowed = useRef(true);
  // oxlint-disable-next-line react/incompatible-library -- it changes as it is scrolled, and nothing of it is remembered
  const virtual = useVirtualizer({
    ...{ count: lines.length, getScrollElement: () => frame.current, overscan: 20 },
    estimateSize: () => lineHeight,
    getItemKey: (place) => lines[place]?.key ?? place,
  });
  const height = virtual.getTotalSize();
  useEffect(() => {
    if (isFollowed.current && frame.current !== null) frame.current.scrollTop = height;
  }, [height]);
  const onScroll = (): void => {
    const { scrollHeight, scrollTop, clientHeight } = frame.current as HTMLDivElement;
    isFollowed.current = scrollHeight - scrollTop - clientHeight < near;
  };
  return (
    <div
      ref={frame}
      className={styles.log}
      role="log"
      aria-label={label}
      tabIndex={0}
      onScroll={onScroll}
    >
      <div className={styles.all} style={{ height }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const line = lines[index];
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              data-level={line?.level}
              data-kind={line?.kind === undefined ? undefined : true}
              className={styles.line}
              style={{ transform: `translateY(${start}px)` }}
            >
              <time dateTime={line?.at} className={styles.at}>
                {line === undefined ? "" : timeText(line.at)}
              </time>
              {line?.kind !== undefined && <span className={styles.kind}>{line.kind}</span>}
              <span dir="auto" className={styles.text}>
                {line?.text}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
