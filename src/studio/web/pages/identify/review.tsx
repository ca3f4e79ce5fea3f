// One review: what was found beside where it stands, decided and corrected with keys; what became of each document; what
// was done. Which of these is seen stands in the address.
import { Button, Menu, Modal, SegmentedControl, Stack } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { $api, api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useLive } from "../../api/live.ts";
import { useChange } from "../../api/mutation.ts";
import { ButtonLink, Link } from "../../app/link.tsx";
import { usePathPart, useUrlState } from "../../app/url-state.ts";
import { Page, Progress } from "../../design/page.tsx";
import { Status, View } from "../../design/states.tsx";
import { MakingGoing, useMaking } from "../data/making.tsx";
import { JobTrouble } from "../generate/job-trouble.tsx";
import { Documents } from "./documents.tsx";
import { reviewPaths } from "./hand-in.ts";
import { History } from "./history.tsx";
import { LeftOut } from "./left-out.tsx";
import { Looking } from "./looking.tsx";
import { useReviewDeeds } from "./use-review.ts";

type Facts = components["schemas"]["ReviewDetails"];

const viewsOf = ({ sources }: Facts) => {
  const left = sources.reduce((sum, { left_out: of }) => sum + of, 0);
  return [
    { value: "conversations", label: "Conversations" },
    { value: "documents", label: "Documents" },
    { value: "left", label: left === 0 ? "Left out" : `Left out ${left.toLocaleString("en")}` },
    { value: "history", label: "History" },
  ];
};

function Ways({ review }: { review: Facts }) {
  const { id, counts } = review;
  const make = useMaking({ more: reviewPaths });
  return (
    <>
      {review.dataset_id !== null && (
        <ButtonLink to={`/data/${review.dataset_id}`} kind="quiet">
          Open the dataset
        </ButtonLink>
      )}
      <Button
        disabled={counts.accepted === 0}
        loading={make.isPending}
        onClick={() => make.mutate({ making: "review", options: { review: id } })}
      >
        Make a dataset of {counts.accepted} accepted
      </Button>
      <Delete review={review} />
    </>
  );
}

const documentsOf = (files: number): string => `${files} ${files === 1 ? "document" : "documents"}`;

function Delete({ review }: { review: Facts }) {
  const navigate = useNavigate();
  const [isAsked, setAsked] = useState(false);
  const { id, files, counts } = review;
  const remove = useChange(
    async () => await api.DELETE("/api/v1/reviews/{id}", { params: { path: { id } } }),
    {
      touches: reviewPaths,
      done: () => `${review.name} and its ${documentsOf(files)} are deleted`,
      onDone: () => void navigate({ to: "/identify" } as never),
    },
  );
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" aria-label="More" px="xs">
            <Ellipsis size={16} aria-hidden="true" />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item color="red" onClick={() => setAsked(true)}>
            Delete…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={isAsked} onClose={() => setAsked(false)} title="Delete this review?">
        <Stack gap="sm">
          <span>
            Its {documentsOf(files)} and what you decided about{" "}
            {(counts.accepted + counts.rejected).toLocaleString("en")} conversations are deleted.
            Datasets made from it stay. This cannot be undone.
          </span>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate(undefined)}>
            Delete it with its {documentsOf(files)}
          </Button>
        </Stack>
      </Modal>
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
  const deeds = useReviewDeeds(id, (added) =>
    change({ view: "", c: String(added), t: "", status: "all" }),
  );
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
        <Progress share={null} label="Reading documents" />
      )}
      {job !== null && ["failed", "paused"].includes(job.status) && (
        <JobTrouble job={job} errors={[]} />
      )}
      <MakingGoing />
      <div>
        <SegmentedControl
          aria-label="What is seen"
          data={viewsOf(review.data)}
          value={view}
          onChange={(next) => change({ view: next === "conversations" ? "" : next })}
        />
      </div>
      {view === "documents" && <Documents review={review.data} />}
      {view === "left" && <LeftOut id={id} deeds={deeds} />}
      {view === "history" && <History id={id} />}
      {view === "conversations" && <Looking review={review.data} />}
    </Page>
  );
}
