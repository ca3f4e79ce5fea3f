// A set in the making: its preview, the word to go on or to throw it away, then its rows as they come; at the end where
// to go with it. What is to be seen follows from how it stands.
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useLive } from "../../api/live.ts";
import { ButtonLink, Link } from "../../app/link.tsx";
import { usePathPart } from "../../app/url-state.ts";
import { Page } from "../../design/page.tsx";
import { Status, View } from "../../design/states.tsx";
import { Deeds } from "../jobs/deeds.tsx";
import { Course } from "./course.tsx";
import { LookAtPreview } from "./look-at-preview.tsx";

type InTheMaking = components["schemas"]["SetInTheMaking"];

const leads: Readonly<Record<InTheMaking["state"], string>> = {
  asking: "Its first rows are being written.",
  waiting: "Its first rows are there. Is this what you want?",
  stopped: "It is paused until something is fixed.",
  "going-on": "Its rows are being written. You can leave this page; the job continues.",
  ended: "It has ended.",
};

function Next({ set }: { set: InTheMaking }) {
  if (set.state !== "ended") return set.preview === null ? <Deeds job={set.job} /> : null;
  if (set.dataset === null) return <ButtonLink to="/generate">Begin another</ButtonLink>;
  const { id } = set.dataset;
  return (
    <>
      {set.job.status !== "completed" && <Deeds job={set.job} />}
      <ButtonLink to={`/data/${id}`}>Open the dataset</ButtonLink>
      <ButtonLink to={`/quality?dataset=${id}`} kind="quiet">
        Judge its rows
      </ButtonLink>
    </>
  );
}

export function Set() {
  const id = Number(usePathPart("id"));
  const set = $api.useQuery(
    "get",
    "/api/v1/generator/{job_id}",
    { params: { path: { job_id: id } } },
    { refetchInterval: ({ state }) => (state.data?.state === "ended" ? false : 5000) },
  );
  useLive(set.data?.queue_id, ["/api/v1/generator/{job_id}"]);
  const above = <Link to="/generate">Generate</Link>;
  if (set.data === undefined)
    return (
      <Page title={`Set ${id}`} above={above}>
        <View query={set}>{() => null}</View>
      </Page>
    );
  const { state, dataset, job, preview } = set.data;
  const isGone = state === "ended" && dataset === null;
  return (
    <Page
      title={dataset?.name ?? job.title}
      above={above}
      lead={
        <>
          <Status
            of={state === "waiting" ? "paused" : job.status}
            {...(state === "waiting" && { word: "waiting for you" })}
          />{" "}
          {isGone ? "It was discarded." : leads[state]}
        </>
      }
      actions={<Next set={set.data} />}
    >
      {preview === null || state === "ended" ? (
        <Course set={set.data} />
      ) : (
        <LookAtPreview set={set.data} />
      )}
    </Page>
  );
}
