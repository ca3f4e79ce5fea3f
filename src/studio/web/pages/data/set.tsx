// One set: what it holds and everything that is done with it, a tab each. Which tab is open stands in the address.
import { Button } from "@mantine/core";
import { lazy, Suspense, type ComponentType, type LazyExoticComponent } from "react";
import { $api } from "../../api/client.ts";
import { ButtonLink, Link } from "../../app/link.tsx";
import { usePathPart, useUrlState } from "../../app/url-state.ts";
import { Bytes, Count } from "../../design/numbers.tsx";
import { Page } from "../../design/page.tsx";
import { Trouble, Waiting } from "../../design/states.tsx";
import { MakingGoing, useMaking } from "./making.tsx";
import { addressOf, type SetFacts, useSet } from "./queries.ts";
import { SetMenu } from "./set-deeds.tsx";
import styles from "./set.module.css";

export interface TabProps {
  set: SetFacts;
}

type Tab = LazyExoticComponent<ComponentType<TabProps>>;

const tabs: readonly { key: string; title: string; View: Tab }[] = [
  {
    key: "overview",
    title: "Overview",
    View: lazy(async () => ({ default: (await import("./overview.tsx")).Overview })),
  },
  {
    key: "rows",
    title: "Rows",
    View: lazy(async () => ({ default: (await import("./rows.tsx")).Rows })),
  },
  {
    key: "versions",
    title: "Versions",
    View: lazy(async () => ({ default: (await import("./versions.tsx")).Versions })),
  },
  {
    key: "duplicates",
    title: "Duplicates",
    View: lazy(async () => ({ default: (await import("./duplicates.tsx")).Duplicates })),
  },
  {
    key: "left-out",
    title: "Left out",
    View: lazy(async () => ({ default: (await import("./left-out.tsx")).LeftOut })),
  },
  {
    key: "export",
    title: "Export",
    View: lazy(async () => ({ default: (await import("./export.tsx")).Export })),
  },
];

function KeepVersion({ set }: TabProps) {
  const keep = useMaking({});
  return (
    <Button
      variant="default"
      loading={keep.isPending}
      title="Saves the rows as they are now, to compare with and to restore"
      onClick={() =>
        keep.mutate({ making: "version", options: { dataset_id: Number(set.reference) } })
      }
    >
      Keep a version
    </Button>
  );
}

/** The form with this set, and the model of the newest run: who has none begins with the bundled one. */
function useTrainAddress(set: SetFacts): string {
  const runs = $api.useQuery("get", "/api/v1/runs", { params: { query: { limit: 1 } } });
  const model = runs.data === undefined ? "" : (runs.data.runs[0]?.model ?? "builtin/tiny");
  const data = set.file_path ?? `${set.name}${set.version === null ? "" : `@${set.version}`}`;
  const search = new URLSearchParams({ ...(model !== "" && { model }), data });
  return `/train?${search.toString()}`;
}

function Lead({ set }: TabProps) {
  const { format, rows, bytes, version, file_path: path } = set;
  return (
    <>
      {format !== null && `${format}, `}
      <Count of={rows} what="row" />
      {bytes !== null && (
        <>
          , <Bytes of={bytes} />
        </>
      )}
      {version !== null && `, version ${version}`}
      {path !== null && (
        <>
          , <code className={styles.path}>{path.split("/").at(-1)}</code>
        </>
      )}
    </>
  );
}

function Frame({ set }: TabProps) {
  const [{ tab = "overview" }] = useUrlState();
  const open = tabs.find(({ key }) => key === tab) ?? tabs[0];
  const own = addressOf(set.reference);
  const titleOf = ({ key, title }: (typeof tabs)[number]): string =>
    key === "left-out" && set.left_out > 0
      ? `${title} ${set.left_out.toLocaleString("en")}`
      : title;
  const train = useTrainAddress(set);
  return (
    <Page
      title={set.name}
      above={<Link to="/data">Data</Link>}
      lead={<Lead set={set} />}
      actions={
        <>
          <ButtonLink to={train}>Train on it</ButtonLink>
          {set.kind === "numbered" && <KeepVersion set={set} />}
          <SetMenu set={{ ...set, id: set.kind === "kept" ? null : Number(set.reference) }} />
        </>
      }
    >
      <MakingGoing />
      <nav className={styles.tabs} aria-label="Parts of the dataset">
        {tabs.map((one) => (
          <span key={one.key} aria-current={one.key === open?.key ? "true" : undefined}>
            <Link
              to={one.key === "overview" ? own : `${own}?tab=${one.key}`}
              className={styles.tab}
            >
              {titleOf(one)}
            </Link>
          </span>
        ))}
      </nav>
      <Suspense fallback={<Waiting lines={8} />}>
        {open !== undefined && <open.View key={set.reference} set={set} />}
      </Suspense>
    </Page>
  );
}

function OneSet({ reference }: { reference: string }) {
  const set = useSet(reference);
  if (set.data !== undefined) return <Frame set={set.data} />;
  return (
    <Page title="Dataset" above={<Link to="/data">Data</Link>}>
      {set.isPending ? (
        <Waiting lines={8} />
      ) : (
        <Trouble error={set.error} onRetry={() => void set.refetch()} />
      )}
    </Page>
  );
}

export function NumberedSet() {
  return <OneSet reference={usePathPart("id")} />;
}

export function KeptSet() {
  return <OneSet reference={`sets:${usePathPart("name")}`} />;
}
