// Three rows, as they stand in the set: what was drawn for each, what was written. Below them the price of the rest, and
// two ways on.
import { Button, NumberInput, Skeleton } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { $api, api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";
import { Chip, Chips, Conversation, turnsOf } from "../../design/conversation.tsx";
import { Money } from "../../design/numbers.tsx";
import { Panel } from "../../design/page.tsx";
import { Trouble } from "../../design/states.tsx";
import { JobTrouble } from "./job-trouble.tsx";
import styles from "./look-at-preview.module.css";
import type { WantedSet } from "./wanted.ts";

type InTheMaking = components["schemas"]["SetInTheMaking"];
type Row = components["schemas"]["RowInTheMaking"];

const touches = ["/api/v1/generator", "/api/tasks", "/api/v1/jobs", "/api/datasets"];

function PreviewRow({ row }: { row: Row }) {
  return (
    <section className={styles.row} aria-label={`Row ${row.row + 1}`}>
      <Chips>
        {Object.entries(row.values).map(([name, value]) => (
          <Chip key={name}>
            {name.replaceAll("_", " ")}: {value.replaceAll("_", " ")}
          </Chip>
        ))}
      </Chips>
      {row.example !== null && <Conversation turns={turnsOf(row.example.content)} />}
      {row.status === "asking" && <Skeleton height={120} />}
      {row.status === "failed" && (
        <p className={styles.failed}>
          No answer counted: {row.rejections.join("; ") || (row.error ?? "no reason given")}
        </p>
      )}
    </section>
  );
}

/** What the API was asked with, to ask it for the price of another number of rows. */
function bodyOf({ parameters }: InTheMaking, count: number): WantedSet {
  const { models, ...given } = parameters as Record<string, unknown> & { models: string[] };
  const known = given as unknown as WantedSet;
  const { domain, subdomain, format, language, seed, topics, system, instructions } = known;
  const { weights, provider, temperature, concurrency } = known;
  const [model] = models;
  return {
    ...{ domain, subdomain, format, language, seed, topics, weights, temperature, concurrency },
    ...{ count, rows: 3 },
    ...(system !== undefined && { system }),
    ...(instructions !== undefined && { instructions }),
    ...(provider !== undefined && { provider }),
    ...(model !== undefined && { model }),
  };
}

function Rest({ set, count }: { set: InTheMaking; count: number }) {
  const estimate = $api.useQuery(
    "post",
    "/api/v1/generator/estimate",
    { body: bodyOf(set, Math.max(1, count)) },
    { retry: false },
  );
  if (estimate.data === undefined) return null;
  const { set: whole, preview, has_price: hasPrice } = estimate.data;
  if (!hasPrice) return <span>Their cost is unknown: this model has no listed price.</span>;
  if (whole.most.dollars === 0)
    return <span>They cost nothing: the model runs on this machine.</span>;
  const left = (of: "likely" | "most"): number =>
    Math.max(0, whole[of].dollars - preview[of].dollars);
  return (
    <span>
      The rest costs about <Money of={left("likely")} />, at most <Money of={left("most")} />.
    </span>
  );
}

function WaysOn({ set }: { set: InTheMaking }) {
  const navigate = useNavigate();
  const [count, setCount] = useState<number | string>(set.requested);
  const path = { job_id: set.job_id };
  const wanted = Math.max(Number(count) || 1, set.preview ?? 1);
  const goOn = useChange(
    async () =>
      await api.POST("/api/v1/generator/{job_id}/continue", {
        ...{ params: { path }, body: { count: wanted } },
      }),
    { touches },
  );
  const discard = useChange(
    async () => await api.DELETE("/api/v1/generator/{job_id}/preview", { params: { path } }),
    {
      touches,
      done: () => "Discarded. The same preview again costs nothing: its answers are cached.",
      onDone: () => void navigate({ to: "/generate" } as never),
    },
  );
  return (
    <div className={styles.ways}>
      <NumberInput
        label="Total rows"
        w="8rem"
        min={set.preview ?? 1}
        max={1_000_000}
        decimalScale={0}
        thousandSeparator=","
        value={count}
        onChange={setCount}
      />
      <p className={styles.rest}>
        <Rest set={set} count={wanted} /> These {set.preview} are in the dataset already.
      </p>
      <Button
        variant="default"
        loading={discard.isPending}
        onClick={() => discard.mutate(undefined)}
      >
        Discard these {set.preview} rows
      </Button>
      <Button loading={goOn.isPending} onClick={() => goOn.mutate(undefined)}>
        Write the other {Math.max(0, wanted - (set.preview ?? 0)).toLocaleString("en")} rows
      </Button>
    </div>
  );
}

export function LookAtPreview({ set }: { set: InTheMaking }) {
  const path = { job_id: set.job_id };
  const rows = $api.useQuery("get", "/api/v1/generator/{job_id}/rows", {
    params: { path, query: { limit: 20 } },
  });
  const found = (rows.data?.rows ?? []).toSorted((a, b) => a.row - b.row);
  const missing = Math.max(0, (set.preview ?? 0) - found.length);
  return (
    <>
      {set.state === "stopped" && <JobTrouble job={set.job} errors={set.errors} />}
      {rows.error !== null && <Trouble error={rows.error} onRetry={() => void rows.refetch()} />}
      <div className={styles.rows}>
        {found.map((row) => (
          <PreviewRow key={row.id} row={row} />
        ))}
        {Array.from({ length: missing }, (_, at) => (
          <section key={`coming ${at}`} className={styles.row} aria-label="A row to come">
            <Skeleton height={16} width="60%" />
            <Skeleton height={120} />
          </section>
        ))}
      </div>
      <div className={styles.bottom}>
        <Panel title="Continue?">
          <WaysOn set={set} />
        </Panel>
      </div>
    </>
  );
}
