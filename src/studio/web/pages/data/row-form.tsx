// A row changed in place: each text in a field of its own, or the whole row as JSON. Control Enter saves, Escape leaves.
import { Button, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type KeyboardEvent, useState } from "react";
import { api } from "../../api/client.ts";
import { refresh } from "../../api/events.ts";
import { ApiFault } from "../../api/fault.ts";
import { useChange } from "../../api/mutation.ts";
import { InParts } from "../../design/in-parts.tsx";
import { Meanwhile } from "./meanwhile.tsx";
import { type SetRow, touched } from "./queries.ts";
import styles from "./row-form.module.css";
import type { TabProps } from "./set.tsx";
import { useUndo } from "./use-undo.ts";

interface Field {
  label: string;
  path: readonly (string | number)[];
  text: string;
}

type Content = SetRow["content"];

/** Texts that a person changes; all else is changed as JSON. */
function fieldsOf(content: Content): Field[] {
  const fields: Field[] = [];
  for (const [name, value] of Object.entries(content)) {
    if (typeof value === "string") fields.push({ label: name, path: [name], text: value });
    if (!Array.isArray(value)) continue;
    for (const [place, item] of value.entries()) {
      const message = item as {
        role?: unknown;
        from?: unknown;
        content?: unknown;
        value?: unknown;
      };
      const part = typeof message.content === "string" ? "content" : "value";
      const text = message[part];
      if (typeof text !== "string") continue;
      const who = [message.role, message.from].find((one) => typeof one === "string") ?? name;
      fields.push({ label: `${place + 1}. ${who}`, path: [name, place, part], text });
    }
  }
  return fields;
}

function withText(content: Content, path: Field["path"], text: string): Content {
  const changed = structuredClone(content);
  let at: Record<string | number, unknown> = changed;
  for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
  at[path.at(-1) ?? ""] = text;
  return changed;
}

function parsed(text: string): Content | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isRow = typeof value === "object" && value !== null && !Array.isArray(value);
    return isRow ? (value as Content) : undefined;
  } catch {
    return undefined;
  }
}

interface FormProps extends TabProps {
  row: SetRow;
  onEnd: () => void;
}

/** Saves; what is told of it can be undone for a while. Refused where the row is not what `seen` says any more. */
function useSave({ set, row, onEnd }: FormProps, seen: Content) {
  const undo = useUndo(set.reference);
  const told = (made: { undo: string } | undefined) => (
    <span className={styles.saved}>
      Row {row.at + 1} is saved
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => made !== undefined && undo.mutate(made.undo)}
      >
        Undo
      </Button>
    </span>
  );
  return useChange(
    async (content: Content) => {
      const params = { path: { set: set.reference, at: row.at } };
      const body = { content, seen };
      return (await api.PUT("/api/v1/data/{set}/rows/{at}", { params, body })).data;
    },
    {
      touches: touched,
      onFault: () => refresh(...touched),
      onDone: (made) => {
        onEnd();
        notifications.show({ message: told(made), autoClose: 8000 });
      },
    },
  );
}

interface TextsProps {
  content: Content;
  onChange: (content: Content) => void;
}

function Texts({ content, onChange }: TextsProps) {
  return (
    <InParts items={fieldsOf(content)} what="texts">
      {(some) =>
        some.map(({ label, path, text }, place) => (
          <Textarea
            key={path.join(".")}
            label={label}
            attributes={{ input: { dir: "auto" } }}
            autosize
            minRows={1}
            maxRows={16}
            value={text}
            data-autofocus={place === 0 || undefined}
            autoFocus={place === 0}
            onChange={({ currentTarget }) => onChange(withText(content, path, currentTarget.value))}
          />
        ))
      }
    </InParts>
  );
}

interface EndProps {
  canSave: boolean;
  isSaving: boolean;
  isJson: boolean;
  canTurn: boolean;
  onEnd: () => void;
  /** To JSON, or back to texts. */
  onTurn: () => void;
}

function End({ canSave, isSaving, isJson, canTurn, onEnd, onTurn }: EndProps) {
  return (
    <div className={styles.end}>
      <Button type="submit" size="sm" disabled={!canSave} loading={isSaving}>
        Save
      </Button>
      <Button size="sm" variant="default" onClick={onEnd}>
        Discard changes
      </Button>
      <Button size="compact-sm" variant="subtle" disabled={!canTurn} onClick={onTurn}>
        {isJson ? "As texts" : "As JSON"}
      </Button>
    </div>
  );
}

export function RowForm({ set, row, onEnd }: FormProps) {
  const [seen, setSeen] = useState(row.content);
  const [content, setContent] = useState(row.content);
  const [json, setJson] = useState<string>();
  const wanted = json === undefined ? content : parsed(json);
  const save = useSave({ set, row, onEnd }, seen);
  const isSame = JSON.stringify(wanted) === JSON.stringify(row.content);
  const isOther = JSON.stringify(seen) !== JSON.stringify(row.content);
  const submit = (): void => {
    if (wanted !== undefined && !isSame && !isOther) save.mutate(wanted);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape") onEnd();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
    else return;
    event.preventDefault();
  };
  const fault = save.error === null ? undefined : ApiFault.of(save.error);
  return (
    <form
      className={styles.form}
      aria-label="Edit the row"
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {json === undefined ? (
        <Texts content={content} onChange={setContent} />
      ) : (
        <Textarea
          label="The row as JSON"
          autosize
          minRows={8}
          maxRows={28}
          spellCheck={false}
          classNames={{ input: styles.json ?? "" }}
          value={json}
          error={wanted === undefined ? "This is not a JSON object" : undefined}
          onChange={({ currentTarget }) => setJson(currentTarget.value)}
        />
      )}
      {isOther && (
        <Meanwhile
          now={row.said}
          onTake={() => {
            setSeen(row.content);
            setContent(row.content);
            setJson(undefined);
          }}
          onKeep={() => setSeen(row.content)}
        />
      )}
      {fault !== undefined && !isOther && (
        <p className={styles.fault} role="alert">
          {fault.field === undefined ? "" : `${fault.field}: `}
          {fault.message}
        </p>
      )}
      <End
        canSave={!isSame && !isOther && wanted !== undefined}
        isSaving={save.isPending}
        isJson={json !== undefined}
        canTurn={json === undefined || wanted !== undefined}
        onEnd={onEnd}
        onTurn={() => {
          if (json !== undefined && wanted !== undefined) setContent(wanted);
          setJson(json === undefined ? JSON.stringify(content, null, 2) : undefined);
        }}
      />
    </form>
  );
}
