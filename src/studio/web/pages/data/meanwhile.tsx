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
    <section role="alert" className={styles.meanwhile} aria-label="Changed elsewhere">
      <p>
        This row was changed elsewhere while you edited it. Your changes are not saved. The row is
        now:
      </p>
      <Conversation turns={now} />
      <div className={styles.ways}>
        <Button size="compact-sm" variant="default" onClick={onTake}>
          Edit this one
        </Button>
        <Button size="compact-sm" variant="default" onClick={onKeep}>
          Keep mine and overwrite it
        </Button>
      </div>
    </section>
  );
}
