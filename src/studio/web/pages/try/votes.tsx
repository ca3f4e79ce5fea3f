// Votes so far: how each pair fares and how sure that is; written as a set of preferences for training.
import { Button, Code, CopyButton, TextInput } from "@mantine/core";
import { useState } from "react";
import { $api, api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";
import { View } from "../../design/states.tsx";
import styles from "./votes.module.css";

type Tally = components["schemas"]["VoteTally"];
type Set = components["schemas"]["PreferenceSet"];

const percent = (share: number): string => `${Math.round(100 * share)} %`;

function Pair({ names, wins, undecided, share, low, high }: Tally) {
  const decided = (wins[0] ?? 0) + (wins[1] ?? 0);
  return (
    <li className={styles.pair}>
      <div className={styles.names}>
        <span>{names[0]}</span>
        <span>{names[1]}</span>
      </div>
      {share !== null && low !== null && high !== null && (
        <svg
          viewBox="0 0 100 10"
          preserveAspectRatio="none"
          className={styles.bar}
          aria-hidden="true"
        >
          <rect className={styles.first} width={100 * share} height={10} />
          <rect className={styles.sure} x={100 * low} width={100 * (high - low)} y={4} height={2} />
        </svg>
      )}
      <div className={styles.counts}>
        <span>{wins[0]}</span>
        <span>
          {share === null || low === null || high === null
            ? "no vote prefers an answer"
            : `${percent(share)} of ${decided} prefer ${names[0]} (95 %: ${percent(low)} to ${percent(high)})`}
          {undecided > 0 && `, ${undecided} undecided`}
        </span>
        <span>{wins[1]}</span>
      </div>
    </li>
  );
}

function Written({ set }: { set: Set }) {
  const command = `ft train start MODEL ${set.file} --method dpo`;
  return (
    <div className={styles.written} role="status">
      {set.rows} preference pairs are in <strong>{set.version}</strong>
      {set.left_out > 0 && `; ${set.left_out} votes preferred neither`}.
      <Code block className={styles.command}>
        {command}
      </Code>
      <CopyButton value={command}>
        {({ copied, copy }) => (
          <Button size="compact-xs" variant="default" onClick={copy}>
            {copied ? "Copied" : "Copy the command"}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}

function WriteSet() {
  const [name, setName] = useState("preferences");
  const [set, setSet] = useState<Set>();
  const write = useChange(
    async () => {
      const { data } = await api.POST("/api/v1/try/votes/export", { body: { name } });
      return data as Set;
    },
    { touches: ["/api/v1/sets"], onDone: setSet },
  );
  return (
    <form
      className={styles.write}
      onSubmit={(event) => {
        event.preventDefault();
        write.mutate(undefined);
      }}
    >
      <TextInput
        size="xs"
        label="Name of the set"
        value={name}
        className={styles.name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
      <Button type="submit" size="xs" variant="default" loading={write.isPending}>
        Write as preferences
      </Button>
      {set !== undefined && <Written set={set} />}
    </form>
  );
}

export function Votes() {
  const votes = $api.useQuery("get", "/api/v1/try/votes", { params: { query: { limit: 1 } } });
  return (
    <View query={votes} lines={2}>
      {({ tallies, total }) =>
        total === 0 ? (
          <p className={styles.none}>
            Compare blindly and vote: your votes become preference pairs for DPO and similar
            methods.
          </p>
        ) : (
          <>
            <ul className={styles.pairs}>
              {tallies.slice(0, 4).map((tally) => (
                <Pair key={tally.subjects.join(" ")} {...tally} />
              ))}
            </ul>
            <WriteSet />
          </>
        )
      }
    </View>
  );
}
