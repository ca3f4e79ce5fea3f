// A row that became something else while it is edited here: nothing is written over it before a person has seen that.
import { Button } from "@mantine/core";
import { Conversation } from "../../design/conversation.tsx";
import type { SetRow } from "./queries.ts";
import styles from "./row-form.module.css";

interface MeanwhileProps {
  /** What the row says by now. */
  now: SetRow["said"];
  onTake: () => void;
  onKeep: () => void;
}

export function Meanwhile({ now, onTake, onKeep }: MeanwhileProps) {
  return (
    <section role="alert" className={styles.meanwhile} aria-label="Changed meanwhile">
      <p>This row has been changed elsewhere since you began. Yours is not saved. It is now:</p>
      <Conversation turns={now} />
      <div className={styles.ways}>
        <Button size="compact-sm" variant="default" onClick={onTake}>
          Go on from that
        </Button>
        <Button size="compact-sm" variant="default" onClick={onKeep}>
          Keep mine, to save over it
        </Button>
      </div>
    </section>
  );
}
