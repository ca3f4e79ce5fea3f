// What is asked: the question, a system message where one is wanted, and what can be done with them.
import { Button, Textarea } from "@mantine/core";
import { Bookmark, Square } from "lucide-react";
import { type RefObject, useState } from "react";
import { api } from "../../api/client.ts";
import { useChange } from "../../api/mutation.ts";
import { Keys } from "../../design/states.tsx";
import styles from "./composer.module.css";

export interface Draft {
  system: string;
  question: string;
}

export interface ComposerProps {
  draft: Draft;
  onDraft: (draft: Draft) => void;
  isAsking: boolean;
  canAsk: boolean;
  hasTurns: boolean;
  onAsk: () => void;
  onStop: () => void;
  onClear: () => void;
  field: RefObject<HTMLTextAreaElement | null>;
}

function Keep({ draft: { question: text, system } }: { draft: Draft }) {
  const keep = useChange(
    async () => await api.POST("/api/v1/try/prompts", { body: { text, system } }),
    { touches: ["/api/v1/try/prompts"], done: () => "Prompt saved" },
  );
  return (
    <Button
      variant="default"
      leftSection={<Bookmark size={14} aria-hidden="true" />}
      disabled={text.trim() === ""}
      loading={keep.isPending}
      onClick={() => keep.mutate(undefined)}
    >
      Keep prompt
    </Button>
  );
}

export function Composer(props: ComposerProps) {
  const { draft, onDraft, isAsking, canAsk, hasTurns, onAsk, onStop, onClear, field } = props;
  const [hasSystem, setSystem] = useState(draft.system !== "");
  const isShown = hasSystem || draft.system !== "";
  return (
    <form
      className={styles.composer}
      onSubmit={(event) => {
        event.preventDefault();
        if (canAsk) onAsk();
      }}
    >
      {isShown && (
        <Textarea
          label="System message"
          autosize
          minRows={1}
          maxRows={6}
          dir="auto"
          value={draft.system}
          onChange={({ currentTarget }) => onDraft({ ...draft, system: currentTarget.value })}
        />
      )}
      <Textarea
        ref={field}
        aria-label="Question"
        placeholder="Ask something"
        autosize
        minRows={2}
        maxRows={10}
        dir="auto"
        value={draft.question}
        onChange={({ currentTarget }) => onDraft({ ...draft, question: currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          if (canAsk) onAsk();
        }}
      />
      <div className={styles.deeds}>
        {isAsking ? (
          <Button
            variant="default"
            leftSection={<Square size={13} aria-hidden="true" />}
            onClick={onStop}
          >
            Stop
          </Button>
        ) : (
          <Button type="submit" disabled={!canAsk}>
            Ask
          </Button>
        )}
        <Keep draft={draft} />
        {!isShown && (
          <Button variant="default" onClick={() => setSystem(true)}>
            System message
          </Button>
        )}
        {hasTurns && (
          <Button variant="default" onClick={onClear}>
            New conversation
          </Button>
        )}
        <span className={styles.hint}>
          <Keys of="Enter" /> asks, <Keys of="Shift Enter" /> for a new line
        </span>
      </div>
    </form>
  );
}
