// Who judges, by what, and what counts in this set beside that. Nothing of it need be said.
import { MultiSelect, Select, Textarea, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import { $api } from "../../api/client.ts";
import styles from "./begin.module.css";

type Search = Record<string, string | undefined>;

export interface ChooseProps {
  search: Search;
  change: (change: Search) => void;
}

function Who({ search, change }: ChooseProps) {
  const providers = $api.useQuery("get", "/api/providers", {});
  const found = providers.data ?? [];
  const current = found.find((one) => one.is_current);
  return (
    <Select
      label="Judged by"
      placeholder={current === undefined ? "The default" : `${current.name}, the default`}
      clearable
      data={found.map(({ name, about }) => ({ value: name, label: `${name}: ${about}` }))}
      value={search["judge"] ?? null}
      onChange={(judge) => change({ judge: judge ?? "", model: "" })}
    />
  );
}

function Model({ search, change }: ChooseProps) {
  const [text, setText] = useState(search["model"] ?? "");
  const keep = useDebouncedCallback((model: string) => change({ model }), 250);
  return (
    <TextInput
      label="Model"
      placeholder="Its default"
      value={text}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value);
        keep(currentTarget.value);
      }}
    />
  );
}

function By({ search, change }: ChooseProps) {
  const criteria = $api.useQuery("get", "/api/v1/quality-criteria", {});
  const all = criteria.data?.criteria ?? [];
  const chosen = (search["by"] ?? "").split(" ").filter((name) => name !== "");
  return (
    <MultiSelect
      label="Scored by"
      placeholder={chosen.length === 0 ? `All ${all.length} criteria` : ""}
      data={all.map(({ name, title }) => ({ value: name, label: title }))}
      value={chosen}
      clearable
      onChange={(names) => change({ by: names.length === all.length ? "" : names.join(" ") })}
    />
  );
}

function Rubric({ search, change }: ChooseProps) {
  const [text, setText] = useState(search["rubric"] ?? "");
  const keep = useDebouncedCallback((rubric: string) => change({ rubric }), 250);
  return (
    <Textarea
      label="What matters in this dataset"
      description="In your own words; the judge and the model that rewrites rows both read it"
      placeholder="Answers name the article of the law. No answer promises a date."
      autosize
      minRows={2}
      maxRows={10}
      maxLength={20_000}
      attributes={{ input: { dir: "auto" } }}
      value={text}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value);
        keep(currentTarget.value);
      }}
    />
  );
}

export function Judge(props: ChooseProps) {
  const { search, change } = props;
  const isOpen = search["more"] === "yes";
  return (
    <details className={styles.more} open={isOpen}>
      <summary
        onClick={(event) => {
          event.preventDefault();
          change({ more: isOpen ? "" : "yes" });
        }}
      >
        More: judge, criteria, your own rubric
      </summary>
      <div className={styles.form}>
        <Who {...props} />
        {(search["judge"] ?? "") !== "" && <Model key={search["judge"]} {...props} />}
        <By {...props} />
        <Rubric {...props} />
      </div>
    </details>
  );
}
