// Where reviews begin: documents are dropped here; those that were begun are listed with what is left to decide.
import { useNavigate } from "@tanstack/react-router";
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { Link } from "../../app/link.tsx";
import { useUrlState } from "../../app/url-state.ts";
import lines from "../../design/lines.module.css";
import { Ago, Num } from "../../design/numbers.tsx";
import { Page, Panel, Progress } from "../../design/page.tsx";
import { Empty, Status, View } from "../../design/states.tsx";
import { DropZone } from "./drop-zone.tsx";
import { useHandIn } from "./hand-in.ts";
import { ReadingForm } from "./reading-form.tsx";
import { readingIn } from "./reading.ts";

type Review = components["schemas"]["Review"];

function Standing({ review: { job, counts } }: { review: Review }) {
  if (job !== null && job.status !== "completed") return <Status of={job.status} />;
  const all = counts.open + counts.accepted + counts.rejected;
  if (all === 0) return <Status of="stopped" word={job === null ? "not read" : "nothing found"} />;
  return counts.open === 0 ? (
    <Status of="completed" word="all decided" />
  ) : (
    <Status of="paused" word={`${counts.open} to decide`} />
  );
}

function Begun() {
  const reviews = $api.useQuery("get", "/api/v1/reviews", { params: { query: { limit: 50 } } });
  return (
    <Panel title="Earlier reviews" isFlush>
      <View query={reviews}>
        {({ reviews: found }) =>
          found.length === 0 ? (
            <Empty title="No review yet">
              Documents that you drop above appear here as a review.
            </Empty>
          ) : (
            <ul className={lines.lines}>
              {found.map((review) => (
                <li key={review.id} className={lines.line}>
                  <div className={lines.words}>
                    <Link to={`/identify/${review.id}`} className={lines.name}>
                      {review.name}
                    </Link>
                    <span className={lines.small}>
                      <Num of={review.files} /> {review.files === 1 ? "file" : "files"},{" "}
                      <Num of={review.counts.accepted} /> accepted,{" "}
                      <Num of={review.counts.rejected} /> rejected
                    </span>
                  </div>
                  <div className={lines.end}>
                    <Standing review={review} />
                    <span className={lines.small}>
                      <Ago at={review.updated_at} />
                    </span>
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </View>
    </Panel>
  );
}

export function Reviews() {
  const navigate = useNavigate();
  const [search] = useUrlState();
  const { going, handIn } = useHandIn(
    (review) => void navigate({ to: `/identify/${review}` } as never),
  );
  return (
    <Page
      title="Identify"
      lead="Find the conversations in your documents and turn them into rows, word for word."
    >
      <DropZone isBusy={going !== undefined} onFiles={(files) => handIn(files, readingIn(search))}>
        <strong>Drop documents here</strong>
        Chats, mail, FAQs, transcripts, PDF, Word, web pages, tables, archives; folders too.{" "}
        {(search["by"] ?? "") === ""
          ? "They stay on this machine."
          : `Unclear passages are sent to ${search["by"]}.`}
      </DropZone>
      {going !== undefined && (
        <Progress
          share={going.done / going.total}
          label={`${going.done} of ${going.total} files`}
        />
      )}
      <ReadingForm />
      <Begun />
    </Page>
  );
}
