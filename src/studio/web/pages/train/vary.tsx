// Several values for some settings: each combination becomes a run of its own, one after another in the queue.
import { ActionIcon, Select, TagsInput } from "@mantine/core";
import { X } from "lucide-react";
import { ApiFault } from "../../api/fault.ts";
import { Panel } from "../../design/page.tsx";
import type { Field } from "./form-state.ts";
import { canVary, type useTrials, type Varied, writtenAs } from "./grid.ts";
import styles from "./vary.module.css";

export interface VaryProps {
  fields: readonly Field[];
  groups: readonly { name: string; title: string }[];
  varied: readonly Varied[];
  trials: ReturnType<typeof useTrials>;
  /** How many runs it makes. */
  count: number;
  setSearch: (change: Record<string, string | undefined>) => void;
}

function choicesOf({ kind, choices }: Field): string[] {
  return kind === "switch" ? ["true", "false"] : [...choices];
}

const shown = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value ?? "").replaceAll('"', "");

function One({ varied, setSearch }: { varied: Varied } & Pick<VaryProps, "setSearch">) {
  const { field, words } = varied;
  return (
    <div className={styles.one}>
      <TagsInput
        className={styles.values}
        label={field.label}
        description={`Values of ${field.flag}, separated by a comma or Enter`}
        placeholder={words.length === 0 ? shown(field.default) : ""}
        data={choicesOf(field)}
        value={[...words]}
        acceptValueOnBlur
        onChange={(next) => setSearch(writtenAs(field.key, next))}
      />
      <ActionIcon
        variant="subtle"
        aria-label={`Do not vary ${field.label}`}
        onClick={() => setSearch(writtenAs(field.key, undefined))}
      >
        <X size={14} aria-hidden="true" />
      </ActionIcon>
    </div>
  );
}

/** What is wrong with some of the runs, each once. */
function Wrong({ trials }: Pick<VaryProps, "trials">) {
  const { data, error } = trials;
  const found = (data?.trials ?? []).flatMap(({ settings, problems }) =>
    problems
      .filter(({ field }) => field !== null && field in settings)
      .map(({ field, message }) => `${field} ${String(settings[field ?? ""])}: ${message}`),
  );
  const told = error === null ? [...new Set(found)] : [ApiFault.of(error).message];
  if (told.length === 0) return null;
  return (
    <div role="status">
      <ul className={styles.wrong} aria-label="Problems with the runs">
        {told.slice(0, 6).map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </div>
  );
}

export function Vary({ fields, groups, varied, trials, count, setSearch }: VaryProps) {
  const chosen = new Set(varied.map(({ field }) => field.key));
  const data = groups.map(({ name, title }) => ({
    group: title,
    items: fields
      .filter((field) => field.group === name && canVary(field) && !chosen.has(field.key))
      .map(({ key, label }) => ({ value: key, label })),
  }));
  return (
    <Panel
      title="Sweep"
      side={
        <span className={styles.about}>
          {count > 1 ? `${count} runs, one after another` : "Give several values: each gets a run"}
        </span>
      }
    >
      <div className={styles.vary}>
        {varied.map((one) => (
          <One key={one.field.key} varied={one} setSearch={setSearch} />
        ))}
        <Wrong trials={trials} />
        <Select
          aria-label="Vary a setting"
          placeholder={varied.length === 0 ? "Vary a setting …" : "Vary one more …"}
          searchable
          data={data.filter(({ items }) => items.length > 0)}
          value={null}
          maxDropdownHeight={320}
          onChange={(key) => {
            if (key !== null) setSearch(writtenAs(key, []));
          }}
        />
      </div>
    </Panel>
  );
}
