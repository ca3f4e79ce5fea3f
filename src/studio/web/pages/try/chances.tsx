// What was likely where a token stands: it and the others, as bars.
import styles from "./chances.module.css";
import type { Piece, TokenChance } from "./conversation.ts";

/** Spaces and line breaks as something that can be seen. */
export const shown = (text: string): string =>
  text === "" ? "∅" : text.replaceAll(" ", "␣").replaceAll("\n", "⏎").replaceAll("\t", "⇥");

export function percentText(logprob: number): string {
  const percent = 100 * Math.exp(logprob);
  if (percent >= 99.95) return "100 %";
  return percent < 0.1 ? "< 0.1 %" : `${percent.toFixed(1)} %`;
}

function Chance({ of, isTaken }: { of: TokenChance; isTaken: boolean }) {
  return (
    <li className={styles.one} data-taken={isTaken || undefined}>
      <code className={styles.token}>{shown(of.text)}</code>
      <svg className={styles.bar} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect width={100 * Math.exp(of.logprob)} height={6} rx={1} />
      </svg>
      <span className={styles.percent}>{percentText(of.logprob)}</span>
    </li>
  );
}

/** The tokens of a piece with their alternatives; says how to get there while none is chosen. */
export function Chances({ piece }: { piece: Piece | undefined }) {
  if (piece === undefined || piece.tokens.length === 0)
    return (
      <p className={styles.hint}>
        Point at a word, or focus the answer and use ← →, to see the likeliest tokens there.
      </p>
    );
  return (
    <div className={styles.chances} role="status" aria-label="Probabilities of this token">
      {piece.tokens.slice(0, 2).map(({ text, logprob, top }, at) => {
        const isAmong = top.some((one) => one.text === text);
        const all = isAmong ? top : [{ text, logprob }, ...top];
        return (
          <ul key={at} className={styles.list}>
            {all.slice(0, 5).map((one) => (
              <Chance key={one.text} of={one} isTaken={one.text === text} />
            ))}
          </ul>
        );
      })}
    </div>
  );
}
