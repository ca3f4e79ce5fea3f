// The form of a run: settings on the left, what will happen on the right, moving along as one types.
import { Button, SegmentedControl } from "@mantine/core";
import { useMemo } from "react";
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { bytesText, compact } from "../../design/numbers.tsx";
import { Page, Panel } from "../../design/page.tsx";
import { Empty, Trouble, View, Waiting } from "../../design/states.tsx";
import { Command } from "./command.tsx";
import { type FormState, useForm, valuesOfFlags } from "./form-state.ts";
import { countOf, gridOf, useTrials, type Varied, variedBy } from "./grid.ts";
import { Group } from "./group.tsx";
import { type Report, useLook } from "./look.ts";
import { briefly, Outlook } from "./outlook.tsx";
import { Preview } from "./preview.tsx";
import { SharedAs } from "./shared-as.tsx";
import { useStart } from "./start.ts";
import { sweepText } from "./sweep-text.ts";
import styles from "./train.module.css";
import { Vary } from "./vary.tsx";

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
          memoryBytes === null ? "" : `${bytesText(memoryBytes)} for a quick run`,
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

function WhatWillHappen({ isPossible, look, told, onUse }: WhatProps) {
  if (!isPossible)
    return (
      <Empty title="Choose a model and data">
        This panel then shows memory, time and the rows as the model reads them.
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
      <Outlook report={look.data.report as Report} time={look.data.time} {...{ told, onUse }} />
    </div>
  );
}

function Reading() {
  return (
    <>
      <p className={styles.reading}>Reading the rows and the model …</p>
      <Waiting lines={5} />
    </>
  );
}

interface WhatProps {
  isPossible: boolean;
  look: ReturnType<typeof useLook>;
  told: readonly string[];
  onUse: (flags: string) => void;
}

type FormHook = ReturnType<typeof useForm>;

interface SettingsProps {
  form: Form;
  hook: FormHook;
  varied: readonly Varied[];
  trials: ReturnType<typeof useTrials>;
  count: number;
}

function Settings({ form, hook, varied, trials, count }: SettingsProps) {
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
      <Vary {...{ varied, trials, count, setSearch }} fields={form.fields} groups={form.groups} />
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
  fields: Form["fields"];
  look: ReturnType<typeof useLook>;
  isPossible: boolean;
  row: number;
  /** Of a sweep the words of its file. */
  sweep: string | undefined;
}

function Consequences({ hook, fields, look, isPossible, row, sweep }: ConsequencesProps) {
  const { state, setSearch, change } = hook;
  const preview = look.data?.preview ?? null;
  const { advice = [], command = [] } = state.data ?? {};
  const value = state.data?.fields.find(({ key }) => key === "model.name")?.value;
  const model = typeof value === "string" ? value : "";
  return (
    <div className={styles.side}>
      <Panel title="What will happen">
        <WhatWillHappen
          {...{ isPossible, look }}
          told={advice.map(({ text }) => text)}
          onUse={(flags) => change(valuesOfFlags(flags, fields))}
        />
        {isPossible && (
          <SharedAs model={model} onModel={(name) => change({ "model.name": name })} />
        )}
      </Panel>
      {preview !== null && isPossible && (
        <Preview
          {...{ preview, row }}
          isBehind={look.isPlaceholderData}
          onRow={(to) => setSearch({ row: to === 0 ? undefined : String(to) })}
        />
      )}
      {command.length > 1 && isPossible && (
        <Panel title="The same command for a terminal">
          <Command
            words={sweep === undefined ? command : ["ft", "train", "sweep", "sweep.yml"]}
            file={sweep}
          />
        </Panel>
      )}
    </div>
  );
}

const problemText = (count: number): string =>
  count === 1 ? "One thing is missing or wrong" : `${count} things are missing or wrong`;

interface StartProps {
  start: ReturnType<typeof useStart>;
  isReady: boolean;
  fits: boolean;
  /** Of runs, where several values are tried. */
  count: number;
}

function StartButton({ start: { begin, isStarting }, isReady, fits, count }: StartProps) {
  const what = count === 0 ? "the run" : count === 1 ? "1 run" : `${count} runs`;
  return (
    <div className={styles.start}>
      <Button
        size="md"
        variant={fits ? "filled" : "outline"}
        disabled={!isReady}
        loading={isStarting}
        onClick={begin}
      >
        {fits ? `Start ${what}` : "Start anyway"}
      </Button>
      {!fits && <span>It is estimated not to fit into memory: the system may kill it.</span>}
    </div>
  );
}

interface BarProps {
  form: Form;
  hook: FormHook;
  look: ReturnType<typeof useLook>;
  isPossible: boolean;
}

function Bar({ form, hook: { filled, state, setSearch }, look, isPossible }: BarProps) {
  const problems = state.data?.problems.length ?? 0;
  return (
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
  );
}

/** Several values for some of the settings, and the runs that they make. */
function useSweep(form: Form, { filled, search, state }: FormHook) {
  const varied = variedBy(search, form.fields);
  const grid = gridOf(varied);
  const trials = useTrials(filled, grid);
  const count = countOf(grid);
  const isReady = count === 0 ? state.data?.ready === true : trials.data?.ready === true;
  const text = count === 0 ? undefined : sweepText(state.data, grid, trials.data?.folder);
  return { varied, grid, trials, count, isReady, text };
}

function Filling({ form }: { form: Form }) {
  const hook = useForm(form.fields);
  const { filled, settled, state, search } = hook;
  const isPossible = canLook(hook);
  const row = Math.max(0, Number(search["row"] ?? 0) || 0);
  const look = useLook(settled, row, isPossible);
  const { varied, grid, trials, count, isReady, text } = useSweep(form, hook);
  const fits = (look.data?.report as Report | undefined)?.memoryPlan?.fits !== false;
  // while what was just typed is looked at, a click counts: the start checks it once more
  const start = useStart({ filled, grid, isReady, fits });
  return (
    <Page
      title="Train"
      lead="Settings come from this form, a profile, your files and the environment; each shows its origin."
      actions={<StartButton {...{ start, isReady, fits, count }} />}
    >
      <Bar {...{ form, hook, look, isPossible }} />
      {state.error !== null && <Trouble error={state.error} onRetry={() => void state.refetch()} />}
      {state.data !== undefined && <Others state={state.data} />}
      <div className={styles.sides}>
        <Settings {...{ form, hook, varied, trials, count }} />
        <Consequences {...{ hook, look, isPossible, row }} fields={form.fields} sweep={text} />
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
