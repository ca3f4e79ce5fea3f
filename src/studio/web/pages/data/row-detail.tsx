// One row beside the table: who says what, in its own direction of writing; changed in place, undone, with its history.
import { Button } from "@mantine/core";
import { ChevronDown, ChevronUp, Pencil, Trash2, X } from "lucide-react";
import { $api, api } from "../../api/client.ts";
import { useChange } from "../../api/mutation.ts";
import { InParts } from "../../design/in-parts.tsx";
import { Ago } from "../../design/numbers.tsx";
import { Status, View } from "../../design/states.tsx";
import { Differences } from "./differences.tsx";
import { type SetRow, touched } from "./queries.ts";
import styles from "./row-detail.module.css";
import { RowForm } from "./row-form.tsx";
import type { TabProps } from "./set.tsx";
import { useUndo } from "./use-undo.ts";

function Said({ said }: { said: SetRow["said"] }) {
  return (
    <InParts items={said} what="turns">
      {(some) => (
        <ol className={styles.said}>
          {some.map(({ role, text }, place) => (
            <li key={place} data-role={role}>
              <span className={styles.role}>{role}</span>
              <p dir="auto" className={styles.text}>
                {text}
              </p>
            </li>
          ))}
        </ol>
      )}
    </InParts>
  );
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

const texts = new Set(
  "messages conversations instruction input output system prompt completion text".split(" "),
);

function Beside({ row }: { row: SetRow }) {
  const own = Object.entries(row.content).filter(([name]) => !texts.has(name));
  const known = Object.entries(row.metadata).filter(([name]) => !(name in row.content));
  const all = [...own, ...known].filter(([, value]) => value !== null && value !== "");
  if (all.length === 0) return null;
  return (
    <dl className={styles.beside}>
      {all.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd dir="auto">{valueText(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

const words: Readonly<Record<string, string>> = {
  update: "changed",
  edit: "changed",
  remove: "removed",
  restore: "restored",
  undo: "undone",
};

function History({ row, reference }: { row: SetRow; reference: string }) {
  const undo = useUndo(reference);
  if (row.edits.length === 0) return null;
  return (
    <section aria-label="History" className={styles.history}>
      <h3>History</h3>
      <ol>
        {row.edits.map(({ undo: key, at, who, action, fields }, place) => (
          <li key={`${at}${place}`}>
            <div className={styles.edit}>
              <span>
                {words[action] ?? action} by {who}, <Ago at={at} />
              </span>
              {key !== null && place === 0 && (
                <Button
                  size="compact-xs"
                  variant="default"
                  loading={undo.isPending}
                  onClick={() => undo.mutate(key)}
                >
                  Undo
                </Button>
              )}
            </div>
            <Differences fields={fields} />
          </li>
        ))}
      </ol>
    </section>
  );
}

interface DetailProps extends TabProps {
  at: number;
  isEditing: boolean;
  setEditing: (isOn: boolean) => void;
  onClose: () => void;
  onStep: (by: number) => void;
}

function Head({ at, row, onClose, onStep, setEditing, set, isEditing }: HeadProps) {
  const drop = useChange(
    async (row: number) => {
      const path = { set: set.reference, at: row };
      await api.DELETE("/api/v1/data/{set}/rows/{at}", { params: { path } });
      return row;
    },
    { touches: touched, done: (row) => `Row ${row + 1} is removed; Left out restores it` },
  );
  const canChange = row !== undefined && !row.is_fixed;
  return (
    <header className={styles.head}>
      <h2>Row {(at + 1).toLocaleString("en")}</h2>
      {row?.status === "removed" && <Status of="cancelled" word="removed" />}
      {row?.score != null && <span className={styles.score}>score {row.score.toFixed(1)}</span>}
      <div className={styles.deeds}>
        {canChange && !isEditing && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<Pencil size={13} aria-hidden="true" />}
            onClick={() => setEditing(true)}
          >
            Edit
          </Button>
        )}
        {canChange && row.status === "active" && (
          <Button
            size="compact-sm"
            variant="default"
            aria-label="Remove the row"
            title="Remove the row; it can be restored"
            loading={drop.isPending}
            onClick={() => drop.mutate(at)}
          >
            <Trash2 size={14} aria-hidden="true" />
          </Button>
        )}
        <Button
          size="compact-sm"
          variant="default"
          aria-label="Previous row"
          onClick={() => onStep(-1)}
        >
          <ChevronUp size={14} aria-hidden="true" />
        </Button>
        <Button size="compact-sm" variant="default" aria-label="Next row" onClick={() => onStep(1)}>
          <ChevronDown size={14} aria-hidden="true" />
        </Button>
        <Button size="compact-sm" variant="default" aria-label="Close the row" onClick={onClose}>
          <X size={14} aria-hidden="true" />
        </Button>
      </div>
    </header>
  );
}

interface HeadProps extends DetailProps {
  row: SetRow | undefined;
}

export function RowDetail(props: DetailProps) {
  const { set, at, isEditing, setEditing } = props;
  const row = $api.useQuery("get", "/api/v1/data/{set}/rows/{at}", {
    params: { path: { set: set.reference, at } },
  });
  return (
    <aside className={styles.detail} aria-label={`Row ${at + 1}`}>
      <Head {...props} row={row.data} />
      <div className={styles.body}>
        <View query={row} lines={6}>
          {(found) =>
            isEditing && !found.is_fixed ? (
              <RowForm set={set} row={found} onEnd={() => setEditing(false)} />
            ) : (
              <>
                {found.why !== null && (
                  <p className={styles.why}>Not in the dataset: {found.why}</p>
                )}
                <Said said={found.said} />
                <Beside row={found} />
                {found.is_fixed && (
                  <p className={styles.fixed}>
                    An earlier version cannot be edited. Edit the newest one.
                  </p>
                )}
                <History row={found} reference={set.reference} />
              </>
            )
          }
        </View>
      </div>
    </aside>
  );
}
