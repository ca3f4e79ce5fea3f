// What a person can do to a run now, as the API says: pause, stop, go on; and remove it, after reading what that frees.
import { Button, Modal } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { $api, api } from "../../api/client.ts";
import { useChange } from "../../api/mutation.ts";
import { Bytes, bytesText, Num } from "../../design/numbers.tsx";
import { Facts } from "../../design/page.tsx";
import { View } from "../../design/states.tsx";
import styles from "./deeds.module.css";
import { useControl } from "./queries.ts";

type Word = "pause" | "stop" | "resume";

const touches = ["/api/v1/run", "/api/v1/jobs"];

const told: Readonly<Record<Exclude<Word, "stop">, string>> = {
  pause: "Saves a checkpoint and pauses",
  resume: "Continues from its last checkpoint",
};

function useDeed(id: string) {
  const params = { path: { id } };
  return useChange(
    async (word: Word) => {
      if (word !== "stop") {
        await api.POST(`/api/v1/runs/{id}/${word}`, { params });
        return told[word];
      }
      const { data } = await api.POST("/api/v1/runs/{id}/stop", { params });
      return `It saves a checkpoint and stops. Continue with Resume here, or in a terminal: ${data!.goes_on_with}`;
    },
    { touches, done: (words) => words },
  );
}

function Weight({ id }: { id: string }) {
  const weight = $api.useQuery("get", "/api/v1/runs/{id}/weight", { params: { path: { id } } });
  return (
    <View query={weight} lines={3}>
      {({ bytes, final_model_bytes: model, checkpoints, other_bytes: other }) => (
        <>
          <p>
            This frees <b>{bytesText(bytes)}</b> and cannot be undone:
          </p>
          <Facts
            facts={[
              { name: "The trained model", value: <Bytes of={model} /> },
              {
                name: "Checkpoints",
                value: (
                  <>
                    <Num of={checkpoints.length} />,{" "}
                    <Bytes of={checkpoints.reduce((sum, one) => sum + one.bytes, 0)} />
                  </>
                ),
              },
              { name: "Events, settings, notes", value: <Bytes of={other} /> },
            ]}
          />
        </>
      )}
    </View>
  );
}

function Remove({ id, isRunning }: { id: string; isRunning: boolean }) {
  const [isAsking, setAsking] = useState(false);
  const navigate = useNavigate();
  const remove = useChange(
    async () => await api.DELETE("/api/v1/runs/{id}", { params: { path: { id } } }),
    {
      touches: ["/api/v1/run", "/api/v1/sweeps"],
      done: () => "The run and its folder are deleted",
      onDone: () => void navigate({ to: "/runs" } as never),
    },
  );
  return (
    <>
      <Button variant="default" disabled={isRunning} onClick={() => setAsking(true)}>
        Delete
      </Button>
      <Modal opened={isAsking} onClose={() => setAsking(false)} title="Delete this run?" centered>
        {isAsking && <Weight id={id} />}
        <div className={styles.end}>
          <Button variant="default" onClick={() => setAsking(false)}>
            Keep it
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate(undefined)}>
            Delete the run
          </Button>
        </div>
      </Modal>
    </>
  );
}

export function Deeds({ id, isRunning }: { id: string; isRunning: boolean }) {
  const control = useControl(id, isRunning);
  const deed = useDeed(id);
  const { can_pause: pause, can_stop: stop, can_resume: resume } = control.data ?? {};
  const isStopping = control.data?.is_stopping === true;
  const button = (word: Word, label: string, isMain: boolean) => (
    <Button
      variant={isMain ? "filled" : "default"}
      loading={(deed.isPending && deed.variables === word) || (word === "stop" && isStopping)}
      onClick={() => deed.mutate(word)}
    >
      {label}
    </Button>
  );
  return (
    <>
      {resume === true && button("resume", "Resume", true)}
      {pause === true && button("pause", "Pause", false)}
      {stop === true && button("stop", "Stop", false)}
      <Remove {...{ id, isRunning }} />
    </>
  );
}
