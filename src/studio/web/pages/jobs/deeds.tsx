// What a person does to a job: which of it counts now follows from how the job stands.
import { Button, Menu } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";

type Job = components["schemas"]["Job"];
type Word = "cancel" | "pause" | "resume" | "retry";

const touches = ["/api/v1/jobs", "/api/tasks"];

/** By how a job stands: the likely deed first. */
const possible: Readonly<Record<Job["status"], readonly Word[]>> = {
  pending: ["pause", "cancel"],
  running: ["pause", "cancel"],
  paused: ["resume", "cancel"],
  completed: [],
  failed: ["retry"],
  cancelled: ["retry"],
};

const words: Readonly<Record<Word, string>> = {
  cancel: "Cancel",
  pause: "Pause",
  resume: "Resume",
  retry: "Try again",
};

const told: Readonly<Record<Word, string>> = {
  cancel: "is cancelled; what it has written is kept",
  pause: "pauses after the unit that it works on",
  resume: "continues",
  retry: "is retried",
};

export function useDeed(job: Job) {
  return useChange(
    async (word: Word) => {
      await api.POST(`/api/v1/jobs/{id}/${word}`, { params: { path: { id: job.id } } });
      return word;
    },
    { touches, done: (word) => `${job.title} ${told[word]}` },
  );
}

/** All that can be done. */
export function Deeds({ job }: { job: Job }) {
  const deed = useDeed(job);
  const navigate = useNavigate();
  const remove = useChange(
    async () => await api.DELETE("/api/v1/jobs/{id}", { params: { path: { id: job.id } } }),
    {
      touches,
      done: () => `${job.title} is no longer listed`,
      onDone: () => void navigate({ to: "/jobs" } as never),
    },
  );
  const prefer = useChange(
    async (priority: number) =>
      await api.PUT("/api/v1/jobs/{id}/priority", {
        params: { path: { id: job.id } },
        body: { priority },
      }),
    { touches, done: () => "The order has changed" },
  );
  const deeds = possible[job.status];
  const isEnded = ["completed", "failed", "cancelled"].includes(job.status);
  return (
    <>
      {deeds.map((word) => (
        <Button
          key={word}
          variant={word === "resume" || word === "retry" ? "filled" : "default"}
          loading={deed.isPending && deed.variables === word}
          onClick={() => deed.mutate(word)}
        >
          {words[word]}
        </Button>
      ))}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" aria-label="More" px="xs">
            <Ellipsis size={16} aria-hidden="true" />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {isEnded ? (
            <Menu.Item onClick={() => remove.mutate(undefined)}>Remove it from the list</Menu.Item>
          ) : (
            <>
              <Menu.Item onClick={() => prefer.mutate(Math.min(job.priority + 1, 1000))}>
                Move up the queue
              </Menu.Item>
              <Menu.Item onClick={() => prefer.mutate(Math.max(job.priority - 1, -1000))}>
                Move down the queue
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
