// Rows that say the same: found with one button, looked at in groups, taken out with another; each comes back under Left out.
import { Button, Select } from "@mantine/core";
import { api } from "../../api/client.ts";
import { useChange } from "../../api/mutation.ts";
import { Link } from "../../app/link.tsx";
import { useUrlState } from "../../app/url-state.ts";
import { Num } from "../../design/numbers.tsx";
import { Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import styles from "./duplicates.module.css";
import { GoingOn } from "./going-on.tsx";
import { addressOf, touched } from "./queries.ts";
import type { TabProps } from "./set.tsx";
import { useLook } from "./use-look.ts";

interface Group {
  size: number;
  rows: { at: number; likeness: string; text: string }[];
}

interface Found {
  rows: number;
  duplicates: number;
  groups: number;
  exact: number;
  normalized: number;
  near: number;
  shown: Group[];
}

const thresholds = [
  { value: "1", label: "Equal except for case and spacing" },
  { value: "0.9", label: "90 % of characters alike" },
  { value: "0.8", label: "80 % of characters alike" },
  { value: "0.7", label: "70 % of characters alike" },
];

const words: Readonly<Record<string, string>> = {
  kept: "stays",
  exact: "equal",
  normalized: "except for spacing",
  near: "nearly",
};

const rowsText = (rows: number): string =>
  `${rows.toLocaleString("en")} ${rows === 1 ? "row" : "rows"}`;

function OneGroup({ group, set }: TabProps & { group: Group }) {
  const { size, rows } = group;
  return (
    <li className={styles.group}>
      <p className={styles.size}>
        <Num of={size} /> rows have this text
      </p>
      <ul>
        {rows.map(({ at, likeness, text }) => (
          <li key={at} data-kept={likeness === "kept" || undefined}>
            <Link to={`${addressOf(set.reference)}?tab=rows&row=${at}`}>
              row {(at + 1).toLocaleString("en")}
            </Link>
            <span className={styles.likeness}>{words[likeness] ?? likeness}</span>
            <span dir="auto" className={styles.text}>
              {text}
            </span>
          </li>
        ))}
      </ul>
      {size > rows.length && (
        <p className={styles.size}>
          and <Num of={size - rows.length} /> more
        </p>
      )}
    </li>
  );
}

function Groups({ found, set, options }: TabProps & { found: Found; options: object }) {
  const drop = useChange(
    async () => {
      const params = { path: { set: set.reference } };
      const body = { options: options as Record<string, unknown> };
      return (await api.POST("/api/v1/data/{set}/duplicates/drop", { params, body })).data;
    },
    {
      touches: touched,
      done: (made) => `${rowsText(made?.dropped ?? 0)} removed; Left out restores`,
    },
  );
  if (found.duplicates === 0)
    return (
      <Panel>
        <Empty title="No duplicates">
          <Num of={found.rows} /> rows were compared; none repeats another.
        </Empty>
      </Panel>
    );
  return (
    <Panel
      title={`${found.groups.toLocaleString("en")} ${found.groups === 1 ? "group" : "groups"}`}
      side={
        <Button size="compact-sm" loading={drop.isPending} onClick={() => drop.mutate(undefined)}>
          Remove {rowsText(found.duplicates)}, keep the first of each
        </Button>
      }
    >
      <p className={styles.size}>
        <Num of={found.exact} /> equal, <Num of={found.normalized} /> except for case and spacing,{" "}
        <Num of={found.near} /> nearly equal. The largest groups are shown.
      </p>
      <ul className={styles.groups}>
        {found.shown.map((group) => (
          <OneGroup key={group.rows[0]?.at} group={group} set={set} />
        ))}
      </ul>
    </Panel>
  );
}

export function Duplicates({ set }: TabProps) {
  const [{ alike = "0.8" }, setState] = useUrlState();
  const options = { threshold: Number(alike) };
  const { query, begin } = useLook(set.reference, "duplicates", options);
  return (
    <>
      <div className={styles.bar}>
        <Select
          label="Rows are duplicates when they are"
          data={thresholds}
          value={alike}
          allowDeselect={false}
          w="18rem"
          onChange={(value) => setState({ alike: value === "0.8" ? "" : (value ?? "") })}
        />
        {query.data?.is_whole !== true && query.data?.job_id === null && (
          <Button loading={begin.isPending} onClick={() => begin.mutate(undefined)}>
            Find duplicates
          </Button>
        )}
      </div>
      <View query={query}>
        {(look) => (
          <>
            <GoingOn look={look} what="Comparing rows" />
            {look.is_whole ? (
              <Groups set={set} options={options} found={look.result as Found} />
            ) : (
              look.job_id === null && (
                <Panel>
                  <Empty title="Not searched yet">
                    Rows are compared by their text, whatever their form. Finding duplicates removes
                    nothing.
                  </Empty>
                </Panel>
              )
            )}
          </>
        )}
      </View>
    </>
  );
}
