// What became of each document: read, with what was found by which rule; or left out, and why. More can be handed in.
import { Table } from "@mantine/core";
import type { components } from "../../api/generated.d.ts";
import { Link } from "../../app/link.tsx";
import { Chip, Chips } from "../../design/conversation.tsx";
import { bytesText, Num } from "../../design/numbers.tsx";
import { Panel, Progress } from "../../design/page.tsx";
import { Empty, Status } from "../../design/states.tsx";
import styles from "./documents.module.css";
import { DropZone } from "./drop-zone.tsx";
import { useHandIn } from "./hand-in.ts";

type Facts = components["schemas"]["ReviewDetails"];
type Source = components["schemas"]["ReviewSource"];

const states = { reading: "running", read: "completed", skipped: "failed" } as const;

function Row({ source, review }: { source: Source; review: number }) {
  const notes = source.notes as { reason?: string }[];
  const isFound = source.conversations > 0;
  return (
    <Table.Tr>
      <Table.Td className={styles.name}>
        {isFound ? (
          <Link to={`/identify/${review}?source=${source.id}&status=all`}>{source.name}</Link>
        ) : (
          source.name
        )}
        {source.reason !== null && <p className={styles.reason}>{source.reason}</p>}
        {notes.map(({ reason }, at) => (
          <p key={at} className={styles.note}>
            {reason}
          </p>
        ))}
      </Table.Td>
      <Table.Td>
        <Status of={states[source.state]} word={source.state} />
      </Table.Td>
      <Table.Td>{source.kind ?? "–"}</Table.Td>
      <Table.Td className={styles.figure}>
        <Num of={source.characters} />
      </Table.Td>
      <Table.Td className={styles.figure}>
        <Num of={source.conversations} />
      </Table.Td>
      <Table.Td>
        <Chips>
          {Object.entries(source.rules).map(([rule, count]) => (
            <Chip key={rule}>
              {rule}: {count}
            </Chip>
          ))}
        </Chips>
      </Table.Td>
    </Table.Tr>
  );
}

function Report({ review }: { review: Facts }) {
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table verticalSpacing="xs" className={styles.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Document</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Kind</Table.Th>
            <Table.Th className={styles.figure}>Characters</Table.Th>
            <Table.Th className={styles.figure}>Conversations</Table.Th>
            <Table.Th>By rule</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {review.sources.map((source) => (
            <Row key={source.id} source={source} review={review.id} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

export function Documents({ review }: { review: Facts }) {
  const { going, handIn } = useHandIn();
  return (
    <>
      <Panel title="Documents" isFlush>
        {review.sources.length === 0 ? (
          <Empty title={review.files === 0 ? "No documents" : "Not read yet"}>
            {review.file_list.map(({ name, bytes }) => `${name} (${bytesText(bytes)})`).join(", ")}
          </Empty>
        ) : (
          <Report review={review} />
        )}
      </Panel>
      <DropZone isBusy={going !== undefined} onFiles={(files) => void handIn(files, review.id)}>
        <strong>More documents</strong>
        What was read already is not read again, and what you decided stays.
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
