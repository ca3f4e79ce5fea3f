// Onto the hub: the target looked at, every file with its size and every secret that was found, the card edited in place;
// nothing leaves before the last button.
import { Button, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { $api, api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";
import { useUrlState } from "../../app/url-state.ts";
import { Panel } from "../../design/page.tsx";
import { Trouble } from "../../design/states.tsx";
import styles from "./hub-panel.module.css";
import { MadeBy } from "./made-by.tsx";
import { PlanView } from "./plan-view.tsx";

type Result = components["schemas"]["Shareable"];
type Plan = components["schemas"]["SharePlan"];
type Target = components["schemas"]["ShareTarget"];

function targetText({ account, exists, problem }: Target): string {
  if (problem !== null) return problem;
  const who = account === null ? "" : `as ${account}`;
  if (exists === true)
    return `Uploads ${who} to a repository that exists: its files stay or are replaced.`;
  return `Uploads ${who} to a new repository.`;
}

function TargetWords({ id }: { id: string }) {
  const target = $api.useQuery(
    "get",
    "/api/v1/share/target",
    { params: { query: { id } } },
    { staleTime: 60_000, retry: false },
  );
  if (target.isPending) return <p className={styles.words}>Asking the hub…</p>;
  if (target.data === undefined)
    return <Trouble error={target.error} onRetry={() => void target.refetch()} />;
  const isGood = target.data.problem === null;
  return (
    <p className={styles.words} data-good={isGood} role="status">
      {targetText(target.data)}
    </p>
  );
}

interface CardProps {
  text: string;
  onText: (text: string) => void;
  /** Present where it has been edited since it was looked through. */
  onLook: (() => void) | undefined;
  isLooking: boolean;
}

function Card({ text, onText, onLook, isLooking }: CardProps) {
  return (
    <Panel
      title="Model card"
      side={
        onLook !== undefined && (
          <Button size="compact-xs" variant="default" loading={isLooking} onClick={onLook}>
            Check the edited card
          </Button>
        )
      }
    >
      <Textarea
        aria-label="Text of the model card"
        autosize
        minRows={10}
        maxRows={28}
        dir="auto"
        classNames={{ input: styles.card ?? "" }}
        value={text}
        onChange={({ currentTarget }) => onText(currentTarget.value)}
      />
    </Panel>
  );
}

interface WhereProps {
  id: string;
  isPrivate: boolean;
  onId: (id: string) => void;
  onPrivate: (isPrivate: boolean) => void;
  onLook: () => void;
  isLooking: boolean;
  isFirst: boolean;
}

function Where({ id, isPrivate, onId, onPrivate, onLook, isLooking, isFirst }: WhereProps) {
  return (
    <form
      className={styles.where}
      onSubmit={(event) => {
        event.preventDefault();
        onLook();
      }}
    >
      <TextInput
        label="Repository"
        description="OWNER/NAME: your name on the hub or an organization's, and the repository's name"
        value={id}
        className={styles.id}
        onChange={({ currentTarget }) => onId(currentTarget.value)}
      />
      <Switch
        label="Private, if it is new"
        checked={isPrivate}
        onChange={({ currentTarget }) => onPrivate(currentTarget.checked)}
      />
      <Button type="submit" variant={isFirst ? "filled" : "default"} loading={isLooking}>
        Show what would be uploaded
      </Button>
    </form>
  );
}

export function HubPanel({ result }: { result: Result }) {
  const [{ to = "", job }, setState] = useUrlState();
  const [id, setId] = useState(to === "" ? `me/${result.name}` : to);
  const [isPrivate, setPrivate] = useState(true);
  const [card, setCard] = useState<string>();
  const bodyOf = (text: string | undefined) => ({
    ...{ result: result.id, id, private: isPrivate, branch: "main", checkpoints: false },
    ...(text !== undefined && { card: text }),
  });
  const plan = useMutation({
    mutationFn: async (text: string | undefined) => {
      const { data } = await api.POST("/api/v1/share/plan", { body: bodyOf(text) });
      return data as Plan;
    },
    onSuccess: (found) => {
      setCard(found.card);
      setState({ to: id, job: undefined });
    },
  });
  const upload = useChange(
    async () => {
      const parameters = {
        folder: result.path,
        id,
        isPrivate,
        ...(card !== undefined && { card }),
      };
      const { data } = await api.POST("/api/v1/jobs", { body: { kind: "upload", parameters } });
      return data as components["schemas"]["Job"];
    },
    { touches: ["/api/v1/jobs"], onDone: (made) => setState({ job: made.id }) },
  );
  const found = plan.data;
  const isRefused = found?.secrets.some(({ refused }) => refused) === true;
  const isEdited = found !== undefined && card !== found.card;
  return (
    <Stack gap="md">
      <Panel title="Repository">
        <Where
          {...{ id, isPrivate, onId: setId, onPrivate: setPrivate, isLooking: plan.isPending }}
          isFirst={found === undefined}
          onLook={() => plan.mutate(undefined)}
        />
        {to !== "" && <TargetWords id={to} />}
        {plan.isError && <Trouble error={plan.error} />}
      </Panel>
      {found !== undefined && (
        <>
          <PlanView plan={found} />
          <Card
            text={card ?? ""}
            onText={setCard}
            isLooking={plan.isPending}
            onLook={isEdited ? () => plan.mutate(card) : undefined}
          />
          <div className={styles.last}>
            <Button
              loading={upload.isPending}
              disabled={isRefused}
              onClick={() => upload.mutate(undefined)}
            >
              Upload {found.files.length} files to {to}
            </Button>
            <span className={styles.words}>
              {isRefused
                ? "Refused: files that must be uploaded contain secrets."
                : "Files leave this machine when you press it."}
            </span>
          </div>
        </>
      )}
      {job !== undefined && <MadeBy id={job} form={undefined} />}
    </Stack>
  );
}
