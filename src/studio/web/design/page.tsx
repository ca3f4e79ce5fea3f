// The frame of a page and of its parts: title, what the page is for, what a person does next; panels below.
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import styles from "./page.module.css";

export interface PageProps {
  title: string;
  /** One sentence: what is seen here. */
  lead?: ReactNode;
  /** What a person does next; the most likely first. */
  actions?: ReactNode;
  /** Where this stands: links to what it is a part of. */
  above?: ReactNode;
  children: ReactNode;
}

export function Page({ title, lead, actions, above, children }: PageProps) {
  useDocumentTitle(`${title} · ft studio`);
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <div className={styles.words}>
          {above !== undefined && <div className={styles.above}>{above}</div>}
          <h1 className={styles.title}>{title}</h1>
          {lead !== undefined && <p className={styles.lead}>{lead}</p>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export interface PanelProps {
  title?: string;
  /** Beside the title: small controls, a link to all. */
  side?: ReactNode;
  /** The content reaches to the edges: tables, curves. */
  isFlush?: boolean;
  children: ReactNode;
}

export function Panel({ title, side, isFlush = false, children }: PanelProps) {
  return (
    <section className={styles.panel} aria-label={title}>
      {(title !== undefined || side !== undefined) && (
        <div className={styles.panelHead}>
          {title !== undefined && <h2 className={styles.panelTitle}>{title}</h2>}
          {side !== undefined && <div className={styles.side}>{side}</div>}
        </div>
      )}
      <div className={isFlush ? styles.flush : styles.body}>{children}</div>
    </section>
  );
}

/** Panels beside each other where the window is wide enough. */
export function Columns({ children, least = "20rem" }: { children: ReactNode; least?: string }) {
  const columns = `repeat(auto-fit, minmax(min(100%, ${least}), 1fr))`;
  return (
    <div className={styles.columns} style={{ gridTemplateColumns: columns }}>
      {children}
    </div>
  );
}

export interface Fact {
  name: string;
  value: ReactNode;
}

/** Names and values in pairs. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** How much of something is used. */
export function Meter({ name, value, most, text }: MeterProps) {
  const share = most > 0 ? Math.min(value / most, 1) : 0;
  return (
    <div className={styles.meter}>
      <div className={styles.meterWords}>
        <span>{name}</span>
        <span>{text}</span>
      </div>
      <meter className={styles.bar} min={0} max={1} value={share} aria-label={`${name}: ${text}`} />
    </div>
  );
}

interface MeterProps {
  name: string;
  value: number;
  most: number;
  /** The same in words. */
  text: string;
}

/** How far something is; without a share it only says that something goes on. */
export function Progress({ share, label }: { share: number | null; label: string }) {
  return (
    <progress
      className={styles.bar}
      max={1}
      aria-label={label}
      {...(share !== null && { value: share })}
    />
  );
}
