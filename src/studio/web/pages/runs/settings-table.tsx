// The settings that a run began with, those first that somebody chose; each with where it was from.
import { Switch } from "@mantine/core";
import { useState } from "react";
import { Panel } from "../../design/page.tsx";
import { Origin } from "../train/field.tsx";
import styles from "./table.module.css";
import { valueText } from "./value-text.ts";

interface Recorded {
  config: Record<string, unknown>;
  origins?: Record<string, string>;
}

function flat(value: unknown, under = ""): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[under, value]];
  return Object.entries(value).flatMap(([key, inner]) =>
    flat(inner, under === "" ? key : `${under}.${key}`),
  );
}

export function SettingsTable({ record }: { record: Recorded }) {
  const [isAll, setAll] = useState(false);
  const { config, origins = {} } = record;
  const all = flat(config);
  const isChosen = (key: string): boolean => (origins[key] ?? "default") !== "default";
  const shown = all.filter(([key]) => isAll || isChosen(key));
  return (
    <Panel
      title="Settings"
      isFlush
      side={
        <Switch
          size="xs"
          label={`with the ${all.length - all.filter(([key]) => isChosen(key)).length} defaults`}
          checked={isAll}
          onChange={(event) => setAll(event.currentTarget.checked)}
        />
      }
    >
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Setting</th>
              <th scope="col">Value</th>
              <th scope="col">From</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(([key, value]) => (
              <tr key={key}>
                <th scope="row">{key}</th>
                <td className={styles.value}>{valueText(value)}</td>
                <td>
                  <Origin
                    of={origins[key] ?? "default"}
                    here={(origins[key] ?? "").replace("flag:", "")}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
