// The conversation in hand, turn by turn, with what can be done to it: by buttons here, by the keys they name.
import { Button } from "@mantine/core";
import { useMeant } from "../../api/mutation.ts";
import { Chip, Chips } from "../../design/conversation.tsx";
import { LongList } from "../../design/long-list.tsx";
import { Keys } from "../../design/states.tsx";
import { certainty } from "./found-list.tsx";
import styles from "./found-turns.module.css";
import type { Found } from "./turns.ts";

export interface Deed {
  key: string;
  name: string;
  about: string;
  isOff?: boolean;
  /** The same once more means one step more. */
  isStep?: boolean;
  run: () => void;
}

function DeedButton({ deed, isMain }: { deed: Deed; isMain?: boolean }) {
  return (
    <Button
      size="compact-sm"
      variant={isMain === true ? "filled" : "default"}
      disabled={deed.isOff === true}
      title={deed.about}
      rightSection={<Keys of={deed.key} />}
      onClick={deed.run}
    >
      {deed.name}
    </Button>
  );
}

/** What is known of it, and what can be done to all of it. */
function Head({ found, source, verdicts, ofAll }: HeadProps) {
  const isMeant = useMeant();
  return (
    <div className={styles.head}>
      <Chips>
        <Chip
          tone={
            found.status === "accepted" ? "good" : found.status === "rejected" ? "bad" : "quiet"
          }
        >
          {found.status === "open" ? "to decide" : found.status}
        </Chip>
        <Chip>
          {certainty(found.confidence)}, {found.confidence.toFixed(2)}
        </Chip>
        <Chip>{found.rule}</Chip>
        <Chip>{source}</Chip>
        {found.is_changed && <Chip tone="accent">corrected</Chip>}
        {found.problems.map((problem) => (
          <Chip key={problem} tone="warn">
            {problem}
          </Chip>
        ))}
      </Chips>
      <div className={styles.deeds}>
        {verdicts.map((deed, at) => (
          <DeedButton
            key={deed.name}
            deed={{ ...deed, run: () => isMeant() && deed.run() }}
            isMain={at === 0}
          />
        ))}
        {ofAll.map((deed) => (
          <DeedButton key={deed.name} deed={deed} />
        ))}
      </div>
    </div>
  );
}

type HeadProps = Pick<FoundTurnsProps, "found" | "source" | "verdicts" | "ofAll">;

export function FoundTurns({
  found,
  source,
  turn,
  onTurn,
  verdicts,
  ofTurn,
  ofAll,
}: FoundTurnsProps) {
  return (
    <div className={styles.pane}>
      <Head {...{ found, source, verdicts, ofAll }} />
      <LongList
        key={found.id}
        label="Turns"
        items={found.messages}
        keyOf={(_, at) => at}
        estimate={70}
        at={turn}
        fills
      >
        {(message, at) => (
          <div
            className={styles.turn}
            data-role={message.role}
            data-chosen={at === turn}
            data-last={at === found.messages.length - 1 || undefined}
          >
            <button
              type="button"
              className={styles.choose}
              aria-pressed={at === turn}
              onClick={() => onTurn(at)}
            >
              <span className={styles.role}>
                {message.role}
                {message.name !== undefined && ` · ${message.name}`}
              </span>
              <span dir="auto" className={styles.words}>
                {message.content}
              </span>
            </button>
            {at === turn && (
              <div className={styles.deeds}>
                {ofTurn.map((deed) => (
                  <DeedButton key={deed.name} deed={deed} />
                ))}
              </div>
            )}
          </div>
        )}
      </LongList>
    </div>
  );
}

interface FoundTurnsProps {
  found: Found;
  source: string;
  turn: number;
  onTurn: (at: number) => void;
  verdicts: readonly Deed[];
  ofTurn: readonly Deed[];
  ofAll: readonly Deed[];
}
