// How many rows, in which form and language, under which name; and what few people change. All of it stands in the address.
import { NumberInput, SegmentedControl, Select, Textarea, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import { $api } from "../../api/client.ts";
import styles from "./set-form.module.css";
import { type Search, usual } from "./wanted.ts";

interface FormProps {
  search: Search;
  onChange: (change: Record<string, string | undefined>) => void;
}

interface TypedProps extends FormProps {
  name: string;
  label: string;
  description?: string;
  placeholder?: string;
  isLong?: boolean;
}

/** Kept in the address a moment after the last key. */
function Typed({ search, onChange, name, isLong = false, ...rest }: TypedProps) {
  const [text, setText] = useState(search[name] ?? "");
  const keep = useDebouncedCallback((value: string) => onChange({ [name]: value }), 250);
  const change = (value: string): void => {
    setText(value);
    keep(value);
  };
  const shared = { ...rest, value: text };
  return isLong ? (
    <Textarea
      {...shared}
      autosize
      minRows={2}
      maxRows={8}
      onChange={({ currentTarget }) => change(currentTarget.value)}
    />
  ) : (
    <TextInput {...shared} onChange={({ currentTarget }) => change(currentTarget.value)} />
  );
}

function Figure({ search, onChange, name, label, ...rest }: FigureProps) {
  const [value, setValue] = useState<number | string>(search[name] ?? rest.usual);
  const keep = useDebouncedCallback((next: string) => onChange({ [name]: next }), 250);
  return (
    <NumberInput
      label={label}
      min={rest.least}
      max={rest.most}
      step={rest.step ?? 1}
      decimalScale={rest.step === undefined ? 0 : 2}
      thousandSeparator=","
      prefix={rest.prefix ?? ""}
      placeholder={rest.placeholder ?? ""}
      value={value}
      onChange={(next) => {
        setValue(next);
        keep(String(next));
      }}
    />
  );
}

interface FigureProps extends FormProps {
  name: string;
  label: string;
  usual: number | "";
  least: number;
  most: number;
  step?: number;
  prefix?: string;
  placeholder?: string;
}

const languages = [
  ...["English", "German", "French", "Spanish", "Italian", "Portuguese", "Dutch", "Polish"],
  ...["Turkish", "Arabic", "Hebrew", "Hindi", "Chinese", "Japanese", "Korean"],
];

function Provider({ search, onChange }: FormProps) {
  const providers = $api.useQuery("get", "/api/providers", {});
  const found = providers.data ?? [];
  const current = found.find((one) => one.is_current);
  return (
    <Select
      label="Provider"
      placeholder={current === undefined ? "The default" : `${current.name}, the default`}
      clearable
      data={found.map(({ name, about }) => ({ value: name, label: `${name}: ${about}` }))}
      value={search["provider"] ?? null}
      onChange={(provider) => onChange({ provider: provider ?? "", model: "" })}
    />
  );
}

/** What few people change. */
function More(props: FormProps) {
  return (
    <details className={styles.more}>
      <summary>More: provider, budget, topics, instructions</summary>
      <div className={styles.fields}>
        <Provider {...props} />
        <Typed {...props} name="model" label="Model" placeholder="Its default" />
        <Figure
          {...props}
          name="budget"
          label="Budget"
          usual=""
          least={0}
          most={100_000}
          step={0.5}
          prefix="$"
          placeholder="None"
        />
        <Figure
          {...props}
          name="temperature"
          label="Temperature"
          usual={usual.temperature}
          least={0}
          most={2}
          step={0.1}
        />
        <Figure
          {...props}
          name="concurrency"
          label="Requests at once"
          usual={usual.concurrency}
          least={1}
          most={64}
        />
        <Figure
          {...props}
          name="seed"
          label="Seed"
          usual={usual.seed}
          least={0}
          most={2_147_483_647}
        />
      </div>
      <div className={styles.texts}>
        <Typed
          {...props}
          name="topics"
          label="Topics"
          description="One per line; rows use them in turn."
          isLong
        />
        <Typed
          {...props}
          name="system"
          label="System message"
          description="The first message of each conversation."
          isLong
        />
        <Typed
          {...props}
          name="instructions"
          label="Instructions"
          description="Added to the prompt."
          isLong
        />
      </div>
    </details>
  );
}

export function SetForm(props: FormProps) {
  const { search, onChange } = props;
  return (
    <div className={styles.form}>
      <div className={styles.fields}>
        <Figure
          {...props}
          name="count"
          label="Rows"
          usual={usual.count}
          least={1}
          most={1_000_000}
        />
        <Select
          label="Language"
          data={languages}
          searchable
          value={search["language"] ?? "English"}
          onChange={(language) => onChange({ language: language ?? "" })}
        />
        <Typed {...props} name="name" label="Name of the dataset" placeholder="Domain and part" />
        <div>
          <p className={styles.label} id="form-of-rows">
            Form of a row
          </p>
          <SegmentedControl
            aria-labelledby="form-of-rows"
            fullWidth
            data={[
              { value: "chat", label: "Conversation" },
              { value: "instruction", label: "One answer" },
            ]}
            value={search["format"] ?? "chat"}
            onChange={(format) => onChange({ format })}
          />
        </div>
      </div>
      <More {...props} />
    </div>
  );
}
