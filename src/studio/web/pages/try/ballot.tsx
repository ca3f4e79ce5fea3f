// The vote on a blind comparison, by buttons or keys; then who was who.
import { Button } from "@mantine/core";
import { api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { Keys } from "../../design/states.tsx";
import styles from "./votes.module.css";

export type Vote = components["schemas"]["Vote"];

const choices = [
  { choice: "first", word: "1 is better", keys: "1" },
  { choice: "second", word: "2 is better", keys: "2" },
  { choice: "tie", word: "Equally good", keys: "3" },
  { choice: "neither", word: "Both bad", keys: "4" },
] as const;

const said: Readonly<Record<Vote["choice"], string>> = {
  first: "You preferred 1.",
  second: "You preferred 2.",
  tie: "Equally good.",
  neither: "Both bad.",
};

export function Ballot({ trial, onVoted }: { trial: string; onVoted: (vote: Vote) => void }) {
  const vote = useChange(
    async (choice: Vote["choice"]) => {
      const params = { path: { id: trial } };
      const { data } = await api.POST("/api/v1/try/trials/{id}", { params, body: { choice } });
      return data as Vote;
    },
    { touches: ["/api/v1/try/votes"], onDone: onVoted },
  );
  useShortcuts(
    choices.map(({ choice, word, keys }) => ({
      ...{ keys, about: `Vote: ${word}` },
      run: () => vote.mutate(choice),
    })),
  );
  return (
    <div className={styles.ballot} role="group" aria-label="Your vote">
      <span className={styles.ask}>Which answer is better?</span>
      {choices.map(({ choice, word, keys }) => (
        <Button
          key={choice}
          variant="default"
          disabled={vote.isPending}
          rightSection={<Keys of={keys} />}
          onClick={() => vote.mutate(choice)}
        >
          {word}
        </Button>
      ))}
    </div>
  );
}

/** Who gave which answer, told after the vote. */
export function Revealed({ vote }: { vote: Vote }) {
  return (
    <p className={styles.revealed} role="status">
      {said[vote.choice]} Answer 1 was <strong>{vote.answers[0]?.name}</strong>, answer 2 was{" "}
      <strong>{vote.answers[1]?.name}</strong>. Ask the next question.
    </p>
  );
}
