// One setting: its control by its kind, where its value is from, what is wrong with it, what to think about. A value that was
// set here can be given back to whoever would say it otherwise.
import {
  ActionIcon,
  Autocomplete,
  NumberInput,
  Select,
  Switch,
  TagsInput,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { RotateCcw } from "lucide-react";
import { useDraft } from "../../design/use-draft.ts";
import styles from "./field.module.css";
import type { Change, Field as FieldShape, FormState } from "./form-state.ts";

export interface FieldProps {
  field: FieldShape;
  /** As it counts now, whoever said it. */
  filled: FormState["fields"][number] | undefined;
  /** As it was set here. */
  own: unknown;
  problems: readonly string[];
  advice: readonly FormState["advice"][number][];
  /** To choose from, beside typing. */
  options?: readonly { value: string; label: string }[] | undefined;
  change: Change;
}

/** Who said a value, in few words; the whole is the tooltip's. */
function origin(text: string): [word: string, tone: string] {
  const [kind = "", ...rest] = text.split(":");
  const name = rest.join(":");
  if (kind === "flag") return ["set here", "own"];
  if (text === "preset:form") return ["suggested", "quiet"];
  if (kind === "preset" || kind === "default") return ["default", "quiet"];
  if (kind === "profile") return [`profile ${name}`, "said"];
  if (kind === "environment") return [name, "said"];
  return [name.split("/").at(-1) ?? kind, "said"];
}

/** `here`: what is said of a value that was set in the form. */
export function Origin({ of, here = "set here" }: { of: string; here?: string }) {
  const [told, tone] = origin(of);
  const word = tone === "own" ? here : told;
  return (
    <Tooltip label={of} disabled={of === "default"} openDelay={300}>
      <span className={styles.origin} data-tone={tone}>
        {word}
      </span>
    </Tooltip>
  );
}

interface ControlProps extends FieldProps {
  value: unknown;
  error: string | undefined;
  /** What is to be filled in. */
  missing: string | undefined;
  id: string;
  describedBy: string;
}

const nullWord = (field: FieldShape): string => (field.nullable ? "not set" : "");

/** A setting that nobody has filled in yet is no mistake. */
const isMissing = ({ own, filled }: FieldProps): boolean =>
  own === undefined && (filled?.value ?? "") === "";

function Text({ field, value, change, error, missing, options, id, describedBy }: ControlProps) {
  const [draft, setDraft] = useDraft(
    typeof value === "string" ? value : value === null ? "" : JSON.stringify(value),
  );
  const tell = (text: string): void => {
    setDraft(text);
    change({ [field.key]: text === "" ? undefined : field.kind === "json" ? parsed(text) : text });
  };
  const common = { id, value: draft, error, onChange: tell, "aria-describedby": describedBy };
  const placeholder = missing ?? nullWord(field);
  if (options !== undefined)
    return (
      <Autocomplete
        {...common}
        placeholder={placeholder}
        data={options.map(({ value: one }) => one)}
        renderOption={({ option }) => (
          <div className={styles.option}>
            <span>{option.value}</span>
            <small>{options.find((one) => one.value === option.value)?.label}</small>
          </div>
        )}
        limit={60}
        maxDropdownHeight={320}
        comboboxProps={{ withinPortal: true }}
      />
    );
  return (
    <TextInput
      {...common}
      placeholder={placeholder}
      onChange={(event) => tell(event.currentTarget.value)}
    />
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function Figure({ field, value, change, error, id, describedBy }: ControlProps) {
  const [draft, setDraft] = useDraft(typeof value === "number" ? value : "");
  const isWhole = field.kind === "integer";
  return (
    <NumberInput
      {...{ id, error, value: draft, hideControls: !isWhole, allowDecimal: !isWhole }}
      aria-describedby={describedBy}
      placeholder={nullWord(field)}
      step={1}
      decimalScale={12}
      onChange={(next) => {
        setDraft(next as number);
        const isEmpty = next === "";
        change({ [field.key]: isEmpty ? (field.nullable ? null : undefined) : Number(next) });
      }}
    />
  );
}

function Choice({ field, value, change, error, id, describedBy }: ControlProps) {
  return (
    <Select
      {...{ id, error, data: [...field.choices], allowDeselect: false, clearable: field.nullable }}
      aria-describedby={describedBy}
      searchable={field.choices.length > 8}
      placeholder={nullWord(field)}
      value={typeof value === "string" ? value : null}
      onChange={(next) => change({ [field.key]: next })}
    />
  );
}

function Words({ field, value, change, error, id, describedBy }: ControlProps) {
  const [draft, setDraft] = useDraft(Array.isArray(value) ? value.map(String) : []);
  return (
    <TagsInput
      {...{ id, error, value: draft, data: [...field.choices] }}
      aria-describedby={describedBy}
      onChange={(next) => {
        setDraft(next);
        change({ [field.key]: next });
      }}
    />
  );
}

function Turn({ field, value, change, id, describedBy }: ControlProps) {
  return (
    <Switch
      id={id}
      aria-describedby={describedBy}
      checked={value === true}
      onChange={(event) => change({ [field.key]: event.currentTarget.checked })}
    />
  );
}

const controls = {
  ...{
    text: Text,
    json: Text,
    number: Figure,
    integer: Figure,
    choice: Choice,
    words: Words,
    switch: Turn,
  },
} as const;

function range({ kind, minimum, maximum, exclusive }: FieldShape): string {
  if (kind === "integer" && minimum === 0 && exclusive.minimum) return "from 1";
  const least = minimum === null ? "" : `${exclusive.minimum ? "above" : "from"} ${minimum}`;
  const most = maximum === null ? "" : `${exclusive.maximum ? "below" : "to"} ${maximum}`;
  return [least, most].filter((part) => part !== "").join(" ");
}

export function Field(props: FieldProps) {
  const { field, filled, own, problems, advice, change } = props;
  const Control = controls[field.kind];
  const id = `setting-${field.key.replaceAll(".", "-")}`;
  const isOwn = own !== undefined;
  const value = isOwn ? own : (filled?.value ?? field.default);
  const counts = filled?.counts ?? true;
  const bounds = range(field);
  return (
    <div className={styles.field} data-counts={counts} data-kind={field.kind}>
      <div className={styles.words}>
        <label htmlFor={id} className={styles.label}>
          {field.label}
        </label>
        {isOwn && (
          <Tooltip label="Reset to the value it has without this form" openDelay={300}>
            <ActionIcon
              size="xs"
              variant="subtle"
              aria-label={`Reset ${field.label}`}
              onClick={() => change({ [field.key]: undefined })}
            >
              <RotateCcw size={12} aria-hidden="true" />
            </ActionIcon>
          </Tooltip>
        )}
        <Origin of={isOwn ? "flag:form" : (filled?.origin ?? "default")} />
      </div>
      <Control
        {...props}
        {...{ value, id }}
        error={isMissing(props) ? undefined : problems[0]}
        missing={isMissing(props) ? problems[0] : undefined}
        describedBy={`${id}-help`}
      />
      <div className={styles.notes}>
        <p id={`${id}-help`} className={styles.help}>
          {field.help}
          {bounds === "" ? "" : ` (${bounds})`}
          {counts ? "" : ". This method does not use it"}{" "}
          <code className={styles.flag}>{field.flag}</code>
        </p>
        {advice.map(({ level, text }) => (
          <p key={text} className={styles.advice} data-level={level}>
            {text}
          </p>
        ))}
      </div>
    </div>
  );
}
