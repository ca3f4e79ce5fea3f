// One row in full: the question, what would have been right, every answer with its scores, and the judge's evidence.
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { View } from "../../design/states.tsx";
import styles from "./row-details.module.css";
import { scoreText } from "./scores.tsx";

type Details = components["schemas"]["EvaluationRowDetails"];
type Answer = Details["answers"][number];
type Evidence = components["schemas"]["JudgeEvidence"];

function verdictText({ verdict, criterion, order }: Evidence): string {
  if (typeof verdict === "number") return `${criterion}: ${verdict}`;
  const who = {
    base: "the base is better",
    other: "this model is better",
    tie: "neither is better",
  };
  return `${who[verdict]}${order === null ? "" : `, ${order}`}`;
}

function JudgeWords({ judge }: { judge: readonly Evidence[] }) {
  if (judge.length === 0) return null;
  return (
    <ul className={styles.judge} aria-label="What the judge wrote">
      {judge.map((one, at) => (
        <li key={at}>
          <strong>{verdictText(one)}</strong> <span dir="auto">“{one.evidence}”</span>{" "}
          <span className={styles.small}>{one.by}</span>
        </li>
      ))}
    </ul>
  );
}

function AnswerPart({ answer }: { answer: Answer }) {
  const { name, text, scores, judge, tokens, finish } = answer;
  return (
    <section className={styles.part} aria-label={`Answer of ${name}`}>
      <h3 className={styles.title}>{name}</h3>
      <p className={styles.text} dir="auto">
        {text === "" ? <em>The answer is empty.</em> : text}
      </p>
      <p className={styles.small}>
        {Object.entries(scores)
          .map(([metric, score]) => `${metric} ${scoreText(score)}`)
          .join(" · ")}
        {` · ${tokens} tokens${finish === "length" ? ", cut" : ""}`}
      </p>
      <JudgeWords judge={judge} />
    </section>
  );
}

export interface RowDetailsProps {
  id: string;
  index: number;
  against: string | undefined;
}

export function RowDetails({ id, index, against }: RowDetailsProps) {
  const details = $api.useQuery("get", "/api/v1/evaluations/{id}/rows/{index}", {
    params: { path: { id, index }, query: against === undefined ? {} : { against } },
  });
  return (
    <div className={styles.details}>
      <View query={details} lines={4}>
        {({ prompt, references, answers, file, line }) => (
          <>
            <div className={styles.parts}>
              <section className={styles.part} aria-label="Question">
                <h3 className={styles.title}>Question</h3>
                <p className={styles.text} dir="auto">
                  {prompt}
                </p>
                <p className={styles.small}>
                  {file.split("/").at(-1)}, line {line}
                </p>
              </section>
              <section className={styles.part} aria-label="Reference">
                <h3 className={styles.title}>Reference</h3>
                {references.map((reference) => (
                  <p key={reference} className={styles.text} dir="auto">
                    {reference}
                  </p>
                ))}
              </section>
            </div>
            <div className={styles.parts}>
              {answers.map((answer) => (
                <AnswerPart key={answer.evaluation} answer={answer} />
              ))}
            </div>
          </>
        )}
      </View>
    </div>
  );
}
