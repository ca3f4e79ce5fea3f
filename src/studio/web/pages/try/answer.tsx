// One answer as it is written: its words, each with its chance under the pointer or the arrow keys; how it ended and how
// fast it was.
import { Loader } from "@mantine/core";
import { type KeyboardEvent, memo, useState } from "react";
import { durationText } from "../../design/numbers.tsx";
import styles from "./answer.module.css";
import { Chances } from "./chances.tsx";
import { type Answer, type Piece, textOf } from "./conversation.ts";

export interface AnswerProps {
  answer: Answer;
  /** Words are coloured by how likely they were. */
  isColoured: boolean;
  /** Its chances are shown below it. */
  isLast: boolean;
  /** For those who listen: whose it is. */
  name: string;
  hasFigures: boolean;
}

/** 0 (nearly sure) to 4 (a surprise). */
function surprise({ tokens }: Piece): number {
  const least = Math.min(0, ...tokens.map(({ logprob }) => logprob));
  const chance = Math.exp(least);
  return [0.9, 0.6, 0.3, 0.1].filter((bound) => chance < bound).length;
}

const reasons: Readonly<Record<string, string>> = {
  length: "stopped at the maximum length",
  "position-limit": "the context is full",
};

function Figures({ answer: { figures, state } }: { answer: Answer }) {
  if (state === "stopped") return <p className={styles.figures}>Stopped.</p>;
  if (figures === undefined) return null;
  const { answer_tokens: tokens, seconds, reason, cached_tokens: cached } = figures;
  const speed =
    seconds > 0 ? `, ${(tokens / seconds).toFixed(tokens / seconds < 10 ? 1 : 0)} a second` : "";
  const parts = [
    `${tokens} ${tokens === 1 ? "token" : "tokens"}${speed}`,
    durationText(seconds),
    ...(cached > 0 ? [`${cached} prompt tokens from the cache`] : []),
    ...(reasons[reason] === undefined ? [] : [reasons[reason]]),
  ];
  return <p className={styles.figures}>{parts.join(" · ")}</p>;
}

const waits: Partial<Record<Answer["state"], string>> = {
  waiting: "Asked",
  loading: "Loading the model",
  writing: "Reading the prompt",
};

const Words = memo(function Words({ pieces, isColoured, chosen, choose }: WordsProps) {
  return pieces.map((piece, at) => (
    <span
      key={at}
      className={styles.piece}
      data-chosen={at === chosen || undefined}
      data-surprise={isColoured ? surprise(piece) : undefined}
      onPointerEnter={() => choose(at)}
    >
      {piece.text}
    </span>
  ));
});

interface WordsProps {
  pieces: readonly Piece[];
  isColoured: boolean;
  chosen: number | undefined;
  choose: (at: number) => void;
}

export function AnswerView({ answer, isColoured, isLast, name, hasFigures }: AnswerProps) {
  const [chosen, choose] = useState<number>();
  const { pieces, state, trouble, reasoning } = answer;
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = (chosen ?? (step > 0 ? -1 : pieces.length)) + step;
    choose(Math.max(0, Math.min(pieces.length - 1, next)));
  };
  const wait = pieces.length === 0 ? waits[state] : undefined;
  return (
    <div className={styles.answer}>
      {reasoning !== "" && (
        <details className={styles.thoughts}>
          <summary>Thoughts</summary>
          <p dir="auto">{reasoning}</p>
        </details>
      )}
      {wait !== undefined && reasoning === "" && (
        <p className={styles.wait}>
          <Loader size={14} type="dots" aria-hidden="true" /> {wait}…
        </p>
      )}
      {trouble !== undefined && (
        <div className={styles.trouble} role="alert">
          {trouble.message}
          {trouble.hint !== null && <span className={styles.hint}>{trouble.hint}</span>}
          <code className={styles.hint}>{trouble.code}</code>
        </div>
      )}
      {pieces.length > 0 && (
        <div
          className={styles.text}
          dir="auto"
          role="group"
          aria-label={`Answer of ${name}. Arrow keys go through its words`}
          tabIndex={0}
          onKeyDown={move}
          onPointerLeave={() => choose(undefined)}
          onBlur={() => choose(undefined)}
        >
          <Words pieces={pieces} isColoured={isColoured} chosen={chosen} choose={choose} />
          {state === "writing" && <span className={styles.caret} aria-hidden="true" />}
        </div>
      )}
      {state === "ended" && textOf(answer).trim() === "" && reasoning === "" && (
        <p className={styles.wait}>The answer is empty.</p>
      )}
      {hasFigures && <Figures answer={answer} />}
      {isLast && pieces.length > 0 && (
        <div className={styles.chances}>
          <Chances piece={chosen === undefined ? undefined : pieces[chosen]} />
        </div>
      )}
    </div>
  );
}
