// How documents are read, folded away: most documents need none of it. All of it stands in the address.
import { NumberInput, Select, TagsInput, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import { $api } from "../../api/client.ts";
import { useUrlState } from "../../app/url-state.ts";
import styles from "./reading-form.module.css";
import { namesIn, readingIn, readingText, type Search, usual } from "./reading.ts";

/** Fields stand in one line whatever is said about them. */
const below: ("label" | "input" | "description")[] = ["label", "input", "description"];

interface FieldProps {
  search: Search;
  change: (change: Search) => void;
}

function Figure({ search, change, name, ...rest }: FieldProps & FigureProps) {
  const keep = useDebouncedCallback((next: string) => change({ [name]: next }), 250);
  const [value, setValue] = useState<number | string>(Number(search[name] ?? usual[name]));
  return (
    <NumberInput
      {...rest}
      inputWrapperOrder={below}
      value={value}
      onChange={(next) => {
        setValue(next);
        keep(Number(next) === usual[name] ? "" : String(next));
      }}
    />
  );
}

interface FigureProps {
  name: "least" | "sure";
  label: string;
  description: string;
  min: number;
  max: number;
  step: number;
  decimalScale: number;
}

/** Who is asked what rules leave open. Nobody, unless somebody is named here. */
function Asked({ search, change }: FieldProps) {
  const providers = $api.useQuery("get", "/api/providers", {});
  const [model, setModel] = useState(search["model"] ?? "");
  const keep = useDebouncedCallback((next: string) => change({ model: next }), 250);
  const { by = "" } = search;
  return (
    <>
      <Select
        label="Ask a model about unclear passages"
        description={
          by === ""
            ? "The model marks lines of passages that may be conversations; it never writes text"
            : `Only passages that the rules leave unclear are sent to ${by}`
        }
        placeholder="None: rules alone"
        clearable
        inputWrapperOrder={below}
        data={(providers.data ?? []).map(({ name, about }) => ({
          value: name,
          label: `${name}: ${about}`,
        }))}
        value={by === "" ? null : by}
        onChange={(next) => change({ by: next ?? "", model: "" })}
      />
      {by !== "" && (
        <TextInput
          label="Model"
          description="The provider's name for it"
          placeholder="Its default"
          inputWrapperOrder={below}
          value={model}
          onChange={({ currentTarget }) => {
            setModel(currentTarget.value);
            keep(currentTarget.value);
          }}
        />
      )}
    </>
  );
}

export function ReadingForm() {
  const [search, change] = useUrlState();
  return (
    <details className={styles.form} open={search["reading"] === "open"}>
      <summary
        onClick={(event) => {
          event.preventDefault();
          change({ reading: search["reading"] === "open" ? "" : "open" });
        }}
      >
        <strong>Settings:</strong> {readingText(readingIn(search))}
      </summary>
      <div className={styles.fields}>
        <TagsInput
          label="Who answers"
          description="Names of the assistant in the documents; press Enter after each"
          placeholder={namesIn(search).length === 0 ? "Support, Anna" : ""}
          value={namesIn(search)}
          acceptValueOnBlur
          inputWrapperOrder={below}
          onChange={(names) => change({ names: names.join("\n") })}
        />
        <Figure
          {...{ search, change }}
          name="least"
          label="Minimum turns"
          description="Shorter ones are left out"
          min={1}
          max={1000}
          step={1}
          decimalScale={0}
        />
        <Figure
          {...{ search, change }}
          name="sure"
          label="Minimum certainty"
          description="0 keeps everything that the rules find"
          min={0}
          max={1}
          step={0.05}
          decimalScale={2}
        />
        <Asked {...{ search, change }} />
      </div>
    </details>
  );
}
