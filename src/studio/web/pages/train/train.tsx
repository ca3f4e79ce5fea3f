// The form of a run: settings on the left, what will happen on the right, moving along as one types.
import { Button, SegmentedControl } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { $api, api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { bytesText, compact } from "../../design/numbers.tsx";
import { Page, Panel } from "../../design/page.tsx";
import { Empty, Trouble, View, Waiting } from "../../design/states.tsx";
import { Command } from "./command.tsx";
import { type Filled, type FormState, useForm } from "./form-state.ts";
import { Group } from "./group.tsx";
import { type Report, useLook } from "./look.ts";
import { briefly, Outlook } from "./outlook.tsx";
import { Preview } from "./preview.tsx";
import styles from "./train.module.css";

type Form = components["schemas"]["TrainingForm"];
type Option = { value: string; label: string };

/** Models and data to choose from; anything else can be typed. */
function useOptions({ shipped }: Form): ReadonlyMap<string, readonly Option[]> {
  const models = $api.useQuery("get", "/api/v1/models", {}, { staleTime: 60_000 });
  const sets = $api.useQuery("get", "/api/datasets", {}, { staleTime: 60_000 });
  return useMemo(() => {
    const modelOptions = (models.data?.models ?? [])
      .filter(({ supported }) => supported)
      .map(({ name, parameters, memoryBytes }) => ({
        value: name,
        label: [
          parameters === null ? "" : `${compact(parameters)} parameters`,
          memoryBytes === null ? "" : `${bytesText(memoryBytes)} to train`,
        ]
          .filter((part) => part !== "")
          .join(", "),
      }));
    const dataOptions = [
      ...(sets.data ?? []).map(({ file_path: value, name, example_count: rows }) => ({
        ...{ value, label: `${name}, ${rows} rows of this studio` },
      })),
      ...shipped.map(({ name, about }) => ({ value: name, label: about })),
    ];
    return new Map([
      ["model.name", modelOptions],
      ["data.train_file", dataOptions],
    ]);
  }, [models.data, sets.data, shipped]);
}

function Profiles({ form, chosen, onChoose }: ProfilesProps) {
  const names = form.profiles.map(({ name }) => name);
  return (
    <SegmentedControl
      aria-label="Profile: starting values for a kind of data"
      value={chosen ?? ""}
      onChange={(value) => onChoose(value === "" ? undefined : value)}
      data={[
        { value: "", label: "no profile" },
        ...names.map((value) => ({ value, label: value })),
      ]}
    />
  );
}

interface ProfilesProps {
  form: Form;
  chosen: string | undefined;
  onChoose: (name: string | undefined) => void;
}

/** What is wrong with several settings together; what is wrong with one stands there. */
function Others({ state }: { state: FormState }) {
  const others = state.problems.filter(({ field }) => field === null);
  if (others.length === 0 && state.unused.length === 0) return null;
  return (
    <div className={styles.others} role="status">
      {others.map(({ message, hint }) => (
        <p key={message}>
          {message}
          {hint === null ? "" : ` (${hint})`}
        </p>
      ))}
      {state.unused.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </div>
  );
}

function WhatWillHappen({ isPossible, look, told }: WhatProps) {
  if (!isPossible)
    return (
      <Empty title="Choose a model and data">
        Then this says what the run would need and take, and shows the rows as the model reads them.
      </Empty>
    );
  if (look.data === undefined)
    return look.error === null ? (
      <Reading />
    ) : (
      <Trouble error={look.error} onRetry={() => void look.refetch()} />
    );
  return (
    <div aria-busy={look.isPlaceholderData} className={styles.look}>
      {look.error !== null && <Trouble error={look.error} />}
      <Outlook report={look.data.report as Report} time={look.data.time} told={told} />
    </div>
  );
}

function Reading() {
  return (
    <>
      <p className={styles.reading}>Rows are read and the model is looked at …</p>
      <Waiting lines={5} />
    </>
  );
}

interface WhatProps {
  isPossible: boolean;
  look: ReturnType<typeof useLook>;
  told: readonly string[];
}

/** Puts the run into the queue and goes where it is seen to begin. */
function useStart(filled: Filled, isReady: boolean) {
  const navigate = useNavigate();
  const start = useChange(
    async () =>
      (await api.POST("/api/v1/train/form/start", { body: { ...filled, force: false } })).data,
    {
      touches: ["/api/v1/jobs", "/api/v1/run", "/api/v1/train/form"],
      done: () => "The run is in the queue",
      onDone: (job) => void navigate({ to: `/runs/job/${job?.id}` } as never),
    },
  );
  const begin = (): void => {
    if (isReady && !start.isPending) start.mutate(undefined);
  };
  useShortcuts([{ keys: "mod+Enter", about: "Start the run", run: begin }]);
  return { begin, isStarting: start.isPending };
}

type FormHook = ReturnType<typeof useForm>;

function Settings({ form, hook }: { form: Form; hook: FormHook }) {
  const { filled, state, change, search, setSearch } = hook;
  const options = useOptions(form);
  const opened = new Set((search["more"] ?? "").split(","));
  const open = (name: string, isOpen: boolean): void => {
    const names = [...opened].filter((one) => one !== "" && one !== name);
    setSearch({ more: [...names, ...(isOpen ? [name] : [])].join(",") });
  };
  return (
    <div className={styles.form}>
      {form.groups.map((group) => (
        <Group
          key={group.name}
          {...{ group, filled, options, change, state: state.data }}
          fields={form.fields.filter((field) => field.group === group.name)}
          isOpen={opened.has(group.name)}
          onOpen={(isOpen) => open(group.name, isOpen)}
        />
      ))}
    </div>
  );
}

/** Without a model and data there is nothing to look at. */
function canLook({ state, filled }: FormHook): boolean {
  if (state.data === undefined) return false;
  const given = (key: string): boolean => {
    const value = state.data?.fields.find((field) => field.key === key)?.value;
    return (typeof value === "string" && value !== "") || filled.values[key] !== undefined;
  };
  return given("model.name") && (given("data.train_file") || filled.dataset_id !== undefined);
}

interface ConsequencesProps {
  hook: FormHook;
  look: ReturnType<typeof useLook>;
  isPossible: boolean;
  row: number;
}

function Consequences({ hook, look, isPossible, row }: ConsequencesProps) {
  const { state, setSearch } = hook;
  const preview = look.data?.preview ?? null;
  const { advice = [], command = [] } = state.data ?? {};
  return (
    <div className={styles.side}>
      <Panel title="What will happen">
        <WhatWillHappen {...{ isPossible, look }} told={advice.map(({ text }) => text)} />
      </Panel>
      {preview !== null && isPossible && (
        <Preview
          {...{ preview, row }}
          isBehind={look.isPlaceholderData}
          onRow={(to) => setSearch({ row: to === 0 ? undefined : String(to) })}
        />
      )}
      {command.length > 1 && isPossible && (
        <Panel title="The same in a terminal">
          <Command words={command} />
        </Panel>
      )}
    </div>
  );
}

const problemText = (count: number): string =>
  count === 1 ? "One thing is missing or wrong" : `${count} things are missing or wrong`;

function Filling({ form }: { form: Form }) {
  const hook = useForm(form.fields);
  const { filled, settled, state, search, setSearch } = hook;
  const isPossible = canLook(hook);
  const row = Math.max(0, Number(search["row"] ?? 0) || 0);
  const look = useLook(settled, row, isPossible);
  // while what was just typed is looked at, a click counts: the start checks it once more
  const isReady = state.data?.ready === true;
  const { begin, isStarting } = useStart(filled, isReady);
  const problems = state.data?.problems.length ?? 0;
  return (
    <Page
      title="Train"
      lead="Settings come from this form, from a profile, your files and the environment; each says where it is from."
      actions={
        <Button size="md" disabled={!isReady} loading={isStarting} onClick={begin}>
          Start the run
        </Button>
      }
    >
      <div className={styles.bar}>
        <Profiles
          form={form}
          chosen={filled.profile}
          onChoose={(profile) => setSearch({ profile })}
        />
        {problems > 0 && (
          <span className={styles.problems} role="status">
            {problemText(problems)}
          </span>
        )}
        {isPossible && look.data !== undefined && (
          <span className={styles.brief} aria-busy={look.isPlaceholderData}>
            {briefly(look.data.report as Report, look.data.time)}
          </span>
        )}
      </div>
      {state.error !== null && <Trouble error={state.error} onRetry={() => void state.refetch()} />}
      {state.data !== undefined && <Others state={state.data} />}
      <div className={styles.sides}>
        <Settings {...{ form, hook }} />
        <Consequences {...{ hook, look, isPossible, row }} />
      </div>
    </Page>
  );
}

export function Train() {
  const form = $api.useQuery("get", "/api/v1/train/form", {}, { staleTime: Infinity });
  if (form.data !== undefined) return <Filling form={form.data} />;
  return (
    <Page title="Train">
      <View query={form} lines={10}>
        {() => null}
      </View>
    </Page>
  );
}
