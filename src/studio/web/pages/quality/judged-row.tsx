// The row in hand: why it was kept, mended or taken out; its scores, each with the words that decide it; before and after;
// two buttons that have the last word.
import { Button } from "@mantine/core";
import { useState } from "react";
import { api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { Chip, Chips } from "../../design/conversation.tsx";
import { Keys } from "../../design/states.tsx";
import { BeforeAfter } from "./before-after.tsx";
import styles from "./judged-row.module.css";

type Row = components["schemas"]["JudgedRow"];
type Criteria = components["schemas"]["QualitySummary"]["criteria"];

const touches = ["/api/v1/quality", "/api/datasets", "/api/examples"];

function verdictOf({ decision, is_below: isBelow, standing }: Row): [words: string, tone: string] {
  if (standing === "undone") return ["undone", "quiet"];
  if (standing === "changed") return ["edited by hand since", "warn"];
  if (decision === "fixed") return ["rewritten", "accent"];
  if (decision === "removed") return ["in quarantine", "bad"];
  return isBelow ? ["kept, below the minimum", "warn"] : ["kept", "good"];
}

function Scores({ row, criteria, chosen, onChoose }: ScoresProps) {
  const titles = new Map(criteria.map(({ name, title }) => [name, title]));
  return (
    <table className={styles.scores}>
      <thead>
        <tr>
          <th scope="col">Criterion</th>
          <th scope="col">Score</th>
          {row.parts_after !== null && <th scope="col">After</th>}
          <th scope="col">Evidence and issue</th>
        </tr>
      </thead>
      <tbody>
        {row.criteria.map((one) => (
          <tr key={one.name} data-chosen={one.name === chosen}>
            <th scope="row">{titles.get(one.name) ?? one.name}</th>
            <td className={styles.figure}>{one.score}</td>
            {row.parts_after !== null && <td className={styles.figure}>{one.after ?? "–"}</td>}
            <td>
              <button
                type="button"
                className={styles.evidence}
                aria-pressed={one.name === chosen}
                onClick={() => onChoose(one.name === chosen ? undefined : one.name)}
              >
                “{one.evidence}”
              </button>
              {!one.is_quoted && <Chip tone="warn">not found in the row</Chip>}
              {one.issue !== "" && <span className={styles.issue}>{one.issue}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface ScoresProps {
  row: Row;
  criteria: Criteria;
  chosen: string | undefined;
  onChoose: (name: string | undefined) => void;
}

function useDeeds(job: number, { position }: Row) {
  const of = (row: number) => ({ params: { path: { job_id: job, row } } });
  const accept = useChange(
    async (row: number) => await api.POST("/api/v1/quality/{job_id}/rows/{row}/accept", of(row)),
    { touches },
  );
  const undo = useChange(
    async (row: number) => await api.POST("/api/v1/quality/{job_id}/rows/{row}/undo", of(row)),
    { touches, done: () => `Row ${position + 1} is restored` },
  );
  return { accept, undo };
}

export function JudgedRow(props: JudgedRowProps) {
  const { job, row, criteria, isMeant, onNext, onPrevious } = props;
  const [chosen, setChosen] = useState<string>();
  const { accept, undo } = useDeeds(job, row);
  const canUndo = row.standing === "applied" && row.decision !== "kept";
  const acceptAndGo = (): void => {
    accept.mutate(row.id);
    onNext();
  };
  useShortcuts([
    { keys: "j", about: "Next row", run: onNext },
    { keys: "k", about: "Previous row", run: onPrevious },
    { keys: "a", about: "Accept the decision", isOnce: true, run: acceptAndGo },
    {
      ...{ keys: "u", about: "Undo: restore the row", isOnce: true },
      run: () => {
        if (canUndo) undo.mutate(row.id);
      },
    },
  ]);
  const [words, tone] = verdictOf(row);
  const quote = row.criteria.find(({ name }) => name === chosen)?.evidence;
  return (
    <article className={styles.row} aria-label={`Row ${row.position + 1}`}>
      <header className={styles.head}>
        <Chips>
          <Chip tone={tone}>{words}</Chip>
          {row.is_accepted && <Chip tone="good">accepted</Chip>}
          {row.score !== null && <Chip>score {row.score.toFixed(1)}</Chip>}
          {row.after !== null && <Chip>after {row.after.toFixed(1)}</Chip>}
          {row.better !== null && <Chip>preferred in both orders: {row.better}</Chip>}
        </Chips>
        <div className={styles.deeds}>
          <Button
            size="compact-sm"
            rightSection={<Keys of="a" />}
            loading={accept.isPending}
            onClick={() => isMeant() && acceptAndGo()}
          >
            {row.standing === "undone" ? "Apply it again" : "Accept"}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            rightSection={<Keys of="u" />}
            disabled={!canUndo}
            loading={undo.isPending}
            onClick={() => undo.mutate(row.id)}
          >
            {row.decision === "removed" ? "Restore it" : "Undo"}
          </Button>
        </div>
      </header>
      {row.reasons.length > 0 && (
        <ul className={styles.reasons}>
          {row.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      <BeforeAfter before={row.parts} after={row.parts_after} quote={quote} />
      {row.criteria.length > 0 && (
        <Scores row={row} criteria={criteria} chosen={chosen} onChoose={setChosen} />
      )}
    </article>
  );
}

interface JudgedRowProps {
  job: number;
  row: Row;
  criteria: Criteria;
  /** Whether a click is for this row: the second of two was for the row that stood here before. */
  isMeant: () => boolean;
  onNext: () => void;
  onPrevious: () => void;
}
