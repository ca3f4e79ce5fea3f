// What became of each document: read, with what was found by which rule; or left out, and why. More can be handed in.
import type { components } from "../../api/generated.d.ts";
import { Link } from "../../app/link.tsx";
import { Chip, Chips } from "../../design/conversation.tsx";
import { LongList } from "../../design/long-list.tsx";
import { bytesText, Num } from "../../design/numbers.tsx";
import { Panel, Progress } from "../../design/page.tsx";
import { Empty, Status } from "../../design/states.tsx";
import styles from "./documents.module.css";
import { DropZone } from "./drop-zone.tsx";
import { useHandIn } from "./hand-in.ts";

type Facts = components["schemas"]["ReviewDetails"];
type Source = components["schemas"]["ReviewSource"];

const states = { reading: "running", read: "completed", skipped: "failed" } as const;

/** Why a document that was read gave nothing. */
function nothingIn({ state, conversations, left_out: left, characters }: Source): string | null {
  if (state !== "read" || conversations > 0) return null;
  if (left > 0) return `${left} ${left === 1 ? "piece was" : "pieces were"} found and left out`;
  return characters === 0 ? "It has no text" : "No conversation was found in it";
}

function Cells({ source, review }: { source: Source; review: number }) {
  const notes = source.notes as { reason?: string }[];
  const nothing = nothingIn(source);
  return (
    <>
      <div role="cell" className={styles.name} dir="auto">
        {source.conversations > 0 ? (
          <Link to={`/identify/${review}?source=${source.id}&status=all`}>{source.name}</Link>
        ) : (
          source.name
        )}
        {source.reason !== null && <p className={styles.reason}>{source.reason}</p>}
        {nothing !== null && <p className={styles.note}>{nothing}</p>}
        {notes.map(({ reason }, at) => (
          <p key={at} className={styles.note}>
            {reason}
          </p>
        ))}
      </div>
      <div role="cell">
        <Status of={states[source.state]} word={source.state} />
      </div>
      <div role="cell">{source.kind ?? "–"}</div>
      <div role="cell" className={styles.figure}>
        <Num of={source.characters} />
      </div>
      <div role="cell" className={styles.figure}>
        <Num of={source.conversations} />
      </div>
      <div role="cell" className={styles.figure}>
        {source.left_out === 0 ? (
          <Num of={0} />
        ) : (
          <Link to={`/identify/${review}?view=left`}>{source.left_out.toLocaleString("en")}</Link>
        )}
      </div>
      <div role="cell">
        <Chips>
          {Object.entries(source.rules).map(([rule, count]) => (
            <Chip key={rule}>
              {rule}: {count}
            </Chip>
          ))}
        </Chips>
      </div>
    </>
  );
}

const columns = ["Document", "State", "Kind", "Characters", "Conversations", "Left out", "By rule"];

function Report({ review }: { review: Facts }) {
  return (
    <LongList
      label="Documents"
      items={review.sources}
      keyOf={({ id }) => id}
      lineClass={styles.line}
      head={columns.map((name, at) => (
        <span
          key={name}
          role="columnheader"
          className={at > 2 && at < 6 ? styles.figure : undefined}
        >
          {name}
        </span>
      ))}
    >
      {(source) => <Cells source={source} review={review.id} />}
    </LongList>
  );
}

interface Asked {
  calls: number;
  conversations: number;
  rejected: number;
}

/** What a model was asked, where one was. */
function OfModel({ review }: { review: Facts }) {
  const { model } = (review.report ?? {}) as { model?: Asked };
  const { provider } = review.settings as { provider?: string };
  if (provider === undefined) return null;
  if (model === undefined) return <>Unclear passages are sent to {provider}.</>;
  return (
    <>
      {provider} was shown <Num of={model.calls} /> {model.calls === 1 ? "passage" : "passages"}{" "}
      that the rules left unclear: <Num of={model.conversations} /> conversations found,{" "}
      <Num of={model.rejected} /> answers that named no lines of the document.
    </>
  );
}

export function Documents({ review }: { review: Facts }) {
  const { going, handIn } = useHandIn();
  return (
    <>
      <Panel title="Documents" side={<OfModel review={review} />} isFlush>
        {review.sources.length === 0 ? (
          <Empty title={review.files === 0 ? "No documents" : "Not read yet"}>
            {review.file_list.map(({ name, bytes }) => `${name} (${bytesText(bytes)})`).join(", ")}
          </Empty>
        ) : (
          <Report review={review} />
        )}
      </Panel>
      <DropZone isBusy={going !== undefined} onFiles={(files) => handIn(files, review.id)}>
        <strong>More documents</strong>
        Documents already read are not read again, and your decisions stay.
      </DropZone>
      {going !== undefined && (
        <Progress
          share={going.done / going.total}
          label={`${going.done} of ${going.total} files`}
        />
      )}
    </>
  );
}
