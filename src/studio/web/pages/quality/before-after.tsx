// A row before and after, side by side, turn by turn: words that went, words that came; or the words that a judge quotes.
import type { components } from "../../api/generated.d.ts";
import styles from "./before-after.module.css";
import { type Word, wordDifference } from "./word-difference.ts";

type Part = components["schemas"]["JudgedRow"]["parts"][number];

/** The text in words, those marked that a quote has; as it is where it stands nowhere. */
function quoted(text: string, quote: string): Word[] {
  const at = quote === "" ? -1 : text.toLowerCase().indexOf(quote.toLowerCase());
  if (at < 0) return [{ text, isOwn: false }];
  return [
    { text: text.slice(0, at), isOwn: false },
    { text: text.slice(at, at + quote.length), isOwn: true },
    { text: text.slice(at + quote.length), isOwn: false },
  ];
}

function Words({ words, kind }: { words: readonly Word[]; kind: "gone" | "come" | "quote" }) {
  return (
    <p dir="auto" className={styles.words}>
      {words.map(({ text, isOwn }, at) =>
        isOwn ? (
          <mark key={at} className={styles.mark} data-kind={kind}>
            {text}
          </mark>
        ) : (
          <span key={at}>{text}</span>
        ),
      )}
    </p>
  );
}

function Turn({
  part,
  words,
  kind,
}: {
  part: Part;
  words: readonly Word[];
  kind: "gone" | "come" | "quote";
}) {
  return (
    <div className={styles.turn} data-role={part.role}>
      <span className={styles.role}>{part.role === "" ? "row" : part.role}</span>
      <Words words={words} kind={kind} />
    </div>
  );
}

export function BeforeAfter({ before, after, quote }: BeforeAfterProps) {
  const pairs = before.map((part, at) => ({
    part,
    other: after?.[at],
    words: wordDifference(part.text, after?.[at]?.text ?? part.text),
  }));
  const left = (words: Word[], text: string): Word[] =>
    quote === undefined ? words : quoted(text, quote);
  return (
    <div className={styles.sides} data-both={after !== null}>
      <section aria-label="Original" className={styles.side}>
        {after !== null && <h3 className={styles.title}>Original</h3>}
        {pairs.map(({ part, words: [own] }, at) => (
          <Turn
            key={at}
            part={part}
            words={left(own, part.text)}
            kind={quote === undefined ? "gone" : "quote"}
          />
        ))}
      </section>
      {after !== null && (
        <section aria-label="Rewritten" className={styles.side}>
          <h3 className={styles.title}>Rewritten</h3>
          {after.map((part, at) => (
            <Turn
              key={at}
              part={part}
              words={pairs[at]?.words[1] ?? [{ text: part.text, isOwn: true }]}
              kind="come"
            />
          ))}
        </section>
      )}
    </div>
  );
}

interface BeforeAfterProps {
  before: readonly Part[];
  after: readonly Part[] | null;
  /** Words of the row to be marked in place of what changed. */
  quote: string | undefined;
}
