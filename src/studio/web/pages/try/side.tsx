// One side: who answers, what was said so far, and the answer that is being written.
import { ActionIcon, Select } from "@mantine/core";
import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import type { components } from "../../api/generated.d.ts";
import { AnswerView } from "./answer.tsx";
import type { Side } from "./conversation.ts";
import styles from "./side.module.css";

export type Subject = components["schemas"]["TrySubject"];

export const labelOf = ({ name, run, step, kind }: Subject): string => {
  if (run === null) return name;
  if (step !== null) return `${name}, step ${step}`;
  return kind === "model" ? `${name}, whole model` : name;
};

/** Models first, then each run with its checkpoints. */
function groupsOf(subjects: readonly Subject[]) {
  const bases = subjects.filter(({ run }) => run === null);
  const tuned = subjects.filter(({ run }) => run !== null);
  const option = (one: Subject) => ({ value: one.id, label: labelOf(one) });
  return [
    { group: "Trained here", items: tuned.map(option) },
    { group: "Models", items: bases.map(option) },
  ].filter(({ items }) => items.length > 0);
}

export interface SideProps {
  side: Side;
  /** "Left", "Answer 1". */
  place: string;
  subjects: readonly Subject[];
  isColoured: boolean;
  /** Who it is is not told before the vote. */
  isHidden: boolean;
  onChoose: (id: string) => void;
  onRemove: (() => void) | undefined;
}

function Head({ side, place, subjects, isHidden, onChoose, onRemove }: SideProps) {
  const subject = subjects.find(({ id }) => id === side.subject);
  if (isHidden) return <h2 className={styles.hidden}>{place}</h2>;
  return (
    <>
      <Select
        size="sm"
        aria-label={`${place}: model`}
        data={groupsOf(subjects)}
        value={side.subject}
        allowDeselect={false}
        searchable
        maxDropdownHeight={320}
        comboboxProps={{ width: "max-content", position: "bottom-start" }}
        className={styles.select}
        onChange={(value) => {
          if (value !== null) onChoose(value);
        }}
      />
      {subject?.kind === "adapter" && (
        <span className={styles.on}>on {subject.base.split("/").slice(-2).join("/")}</span>
      )}
      {onRemove !== undefined && (
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Take ${place} away`}
          onClick={onRemove}
        >
          <X size={15} aria-hidden="true" />
        </ActionIcon>
      )}
    </>
  );
}

export function SideView(props: SideProps) {
  const { side, place, subjects, isColoured, isHidden } = props;
  const end = useRef<HTMLDivElement>(null);
  const { turns } = side;
  const length = turns.at(-1)?.answer.pieces.length ?? 0;
  useEffect(() => {
    const box = end.current?.parentElement;
    if (box !== null && box !== undefined) box.scrollTop = box.scrollHeight;
  }, [turns.length, length]);
  const subject = subjects.find(({ id }) => id === side.subject);
  const name = isHidden || subject === undefined ? place : labelOf(subject);
  return (
    <section className={styles.side} aria-label={name}>
      <header className={styles.head}>
        <Head {...props} />
      </header>
      <div className={styles.turns}>
        {turns.length === 0 && (
          <p className={styles.nothing}>
            {isHidden ? "The model is shown after your vote." : "Nothing asked yet."}
          </p>
        )}
        {turns.map(({ question, answer }, at) => (
          <div key={at} className={styles.turn}>
            <p className={styles.question} dir="auto">
              {question}
            </p>
            <AnswerView
              answer={answer}
              isColoured={isColoured}
              isLast={at === turns.length - 1}
              name={name}
              hasFigures={!isHidden}
            />
          </div>
        ))}
        <div ref={end} />
      </div>
    </section>
  );
}
