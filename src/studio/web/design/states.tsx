// What stands where there is nothing yet, nothing to see, or trouble; and the words for how things stand. An error says
// what mends it, and offers to try again.
import { Button, Skeleton } from "@mantine/core";
import { Check, CircleDashed, Clock, type LucideIcon, Pause, Play, Square, X } from "lucide-react";
import type { ReactNode } from "react";
import { ApiFault } from "../api/fault.ts";
import styles from "./states.module.css";

export function Waiting({ lines = 4 }: { lines?: number }) {
  return (
    <div className={styles.waiting} aria-busy="true" aria-live="polite">
      <span className={styles.hidden}>Loading</span>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={14} width={`${92 - ((line * 17) % 40)}%`} />
      ))}
    </div>
  );
}

export interface EmptyProps {
  title: string;
  children?: ReactNode;
  /** What a person does about it. */
  action?: ReactNode;
}

export function Empty({ title, children, action }: EmptyProps) {
  return (
    <div className={styles.empty}>
      <p className={styles.emptyTitle}>{title}</p>
      {children !== undefined && <div className={styles.emptyText}>{children}</div>}
      {action}
    </div>
  );
}

/** What mends it, for a person: where another request would tell a program more, what may have happened. */
const hintOf = ({ status, hint }: ApiFault): string | undefined =>
  status === 404 && (hint === undefined || hint.startsWith("GET "))
    ? "It may have been removed, here or in another window."
    : hint;

export function Trouble({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const fault = ApiFault.of(error);
  const hint = hintOf(fault);
  return (
    <div className={styles.trouble} role="alert">
      <p className={styles.troubleTitle}>{fault.message}</p>
      {hint !== undefined && <p className={styles.troubleHint}>{hint}</p>}
      <div className={styles.troubleEnd}>
        {onRetry !== undefined && (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
        <code className={styles.code}>
          {fault.code}
          {fault.request === undefined ? "" : ` · request ${fault.request}`}
        </code>
      </div>
    </div>
  );
}

interface QueryLike<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** A view of what was asked for: while it comes, when it cannot, and then what it is. */
export function View<T>({ query, lines, children }: ViewProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isPending) return <Waiting lines={lines ?? 4} />;
  return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
}

interface ViewProps<T> {
  query: QueryLike<T>;
  lines?: number;
  children: (data: T) => ReactNode;
}

const looks: Readonly<Record<string, readonly [tone: string, icon: LucideIcon]>> = {
  pending: ["quiet", Clock],
  running: ["accent", Play],
  paused: ["warn", Pause],
  completed: ["good", Check],
  stopped: ["quiet", Square],
  cancelled: ["quiet", Square],
  failed: ["bad", X],
  crashed: ["bad", X],
};

/** How a job or a run stands: by word and sign, not by colour alone. */
export function Status({ of, word }: { of: string; word?: string }) {
  const [tone, Icon] = looks[of] ?? ["quiet", CircleDashed];
  return (
    <span className={styles.status} data-tone={tone}>
      <Icon size={12} aria-hidden="true" strokeWidth={2.5} />
      {word ?? of}
    </span>
  );
}

export function Keys({ of }: { of: string }) {
  return (
    <>
      {of.split(" ").map((key, at) => (
        <kbd key={`${at}${key}`} className={styles.key}>
          {key}
        </kbd>
      ))}
    </>
  );
}
