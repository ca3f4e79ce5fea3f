// One review: what was found beside where it stands, decided and corrected with keys; what became of each document; what
// was done. Which of these is seen stands in the address.
import { Button, Menu, SegmentedControl } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { $api, api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useLive } from "../../api/live.ts";
import { useChange } from "../../api/mutation.ts";
import { ButtonLink, Link } from "../../app/link.tsx";
import { usePathPart, useUrlState } from "../../app/url-state.ts";
import { Page, Progress } from "../../design/page.tsx";
import { Status, View } from "../../design/states.tsx";
import { JobTrouble } from "../generate/job-trouble.tsx";
import { Documents } from "./documents.tsx";
import { reviewPaths } from "./hand-in.ts";
import { History } from "./history.tsx";
import { Looking } from "./looking.tsx";

type Facts = components["schemas"]["ReviewDetails"];

const views = [
  { value: "conversations", label: "Conversations" },
  { value: "documents", label: "Documents" },
  { value: "history", label: "What was done" },
];

function Ways({ review }: { review: Facts }) {
  const navigate = useNavigate();
  const { id, counts } = review;
  const path = { id };
  const make = useChange(
    async () =>
      (await api.POST("/api/v1/reviews/{id}/dataset", { params: { path }, body: {} })).data!,
    {
      touches: [...reviewPaths, "/api/datasets"],
      done: ({ dataset, refused }) =>
        `${dataset.name}: ${dataset.example_count} rows` +
        (refused.length > 0 ? `; ${refused.length} conversations are no rows to train on` : ""),
    },
  );
  const remove = useChange(
    async () => await api.DELETE("/api/v1/reviews/{id}", { params: { path } }),
    {
      touches: reviewPaths,
      done: () => `${review.name} is gone, with its ${review.files} documents`,
      onDone: () => void navigate({ to: "/identify" } as never),
    },
  );
  return (
    <>
      {review.dataset_id !== null && (
        <ButtonLink to={`/data/${review.dataset_id}`} kind="quiet">
          Open the set
        </ButtonLink>
      )}
      <Button
        disabled={counts.accepted === 0}
        loading={make.isPending}
        onClick={() => make.mutate(undefined)}
      >
        Make a data set of {counts.accepted} accepted
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" aria-label="More" px="xs">
            <Ellipsis size={16} aria-hidden="true" />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => remove.mutate(undefined)}>
            Delete the review and its {review.files} documents for good
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

function Lead({ review: { counts, job } }: { review: Facts }) {
  const all = counts.open + counts.accepted + counts.rejected;
  const isReading = job !== null && !["completed", "failed", "cancelled"].includes(job.status);
  if (isReading)
    return (
      <>
        <Status of={job.status} word="reading" /> {all} conversations so far.
      </>
    );
  return (
    <>
      {all} conversations: {counts.open} to decide, {counts.accepted} accepted, {counts.rejected}{" "}
      rejected.
    </>
  );
}

export function Review() {
  const id = Number(usePathPart("id"));
  const [search, change] = useUrlState();
  const review = $api.useQuery("get", "/api/v1/reviews/{id}", { params: { path: { id } } });
  const job = review.data?.job ?? null;
  useLive(job?.id, ["/api/v1/reviews"]);
  const above = <Link to="/identify">Identify</Link>;
  if (review.data === undefined)
    return (
      <Page title={`Review ${id}`} above={above}>
        <View query={review}>{() => null}</View>
      </Page>
    );
  const isNew = job === null;
  const view = isNew ? "documents" : (search["view"] ?? "conversations");
  return (
    <Page
      title={review.data.name}
      above={above}
      lead={<Lead review={review.data} />}
      actions={<Ways review={review.data} />}
    >
      {job !== null && ["running", "pending"].includes(job.status) && (
        <Progress share={null} label="Documents are being read" />
      )}
      {job !== null && ["failed", "paused"].includes(job.status) && (
        <JobTrouble job={job} errors={[]} />
      )}
      <div>
        <SegmentedControl
          aria-label="What is seen"
          data={views}
          value={view}
          onChange={(next) => change({ view: next === "conversations" ? "" : next })}
        />
      </div>
      {view === "documents" && <Documents review={review.data} />}
      {view === "history" && <History id={id} />}
      {view === "conversations" && <Looking review={review.data} />}
    </Page>
  );
}
