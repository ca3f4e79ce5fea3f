// A group of settings: those that most runs set are seen at once, the others on request. What was opened stands in the
// address; a setting that was set here, or is wrong, is always seen.
import { UnstyledButton } from "@mantine/core";
import { ChevronDown, ChevronRight } from "lucide-react";
import { Panel } from "../../design/page.tsx";
import { Field } from "./field.tsx";
import type { Change, Field as FieldShape, Filled, FormState } from "./form-state.ts";
import styles from "./group.module.css";

export interface GroupProps {
  group: { name: string; title: string; about: string };
  fields: readonly FieldShape[];
  filled: Filled;
  state: FormState | undefined;
  options: ReadonlyMap<string, readonly { value: string; label: string }[]>;
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  change: Change;
}

export function Group({
  group,
  fields,
  filled,
  state,
  options,
  isOpen,
  onOpen,
  change,
}: GroupProps) {
  const wrong = (key: string): string[] =>
    (state?.problems ?? []).filter(({ field }) => field === key).map(({ message }) => message);
  const isSeen = ({ key, usual }: FieldShape): boolean =>
    usual || isOpen || key in filled.values || wrong(key).length > 0;
  const seen = fields.filter(isSeen);
  const hidden = fields.filter(({ usual }) => !usual).length;
  const Sign = isOpen ? ChevronDown : ChevronRight;
  return (
    <Panel title={group.title} side={<span className={styles.about}>{group.about}</span>}>
      <div className={styles.fields}>
        {seen.map((field) => (
          <Field
            key={field.key}
            {...{ field, change, options: options.get(field.key) }}
            filled={state?.fields.find(({ key }) => key === field.key)}
            own={filled.values[field.key]}
            problems={wrong(field.key)}
            advice={(state?.advice ?? []).filter(({ field: key }) => key === field.key)}
          />
        ))}
      </div>
      {hidden > 0 && (
        <UnstyledButton
          className={styles.more}
          aria-expanded={isOpen}
          onClick={() => onOpen(!isOpen)}
        >
          <Sign size={14} aria-hidden="true" />
          {isOpen ? "Only common settings" : `${hidden} more`}
          <span className={styles.hidden}> settings of {group.title}</span>
        </UnstyledButton>
      )}
    </Panel>
  );
}
