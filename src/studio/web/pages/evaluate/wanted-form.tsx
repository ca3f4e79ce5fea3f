// What is to be compared: models, rows, metrics, a judge where one is wanted. It becomes a job, which is shown then.
import {
  Button,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { $api, api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";
import { useUrlState } from "../../app/url-state.ts";
import { View } from "../../design/states.tsx";
import { criteriaIn, isFile } from "./criteria.ts";

type Subject = components["schemas"]["TrySubject"];
type Run = components["schemas"]["Run"];

interface Wanted {
  base: string | null;
  tuned: string[];
  data: string;
  metrics: string[];
  samples: number;
  length: number;
  forgetting: boolean;
  judge: string | null;
  /** A criterion a line, or the path of a rubric. */
  criteria: string;
}

/** The file of the criteria: as it is named, or written now; undefined where there are none. */
async function rubricOf({ judge, criteria }: Wanted): Promise<string | undefined> {
  const text = criteria.trim();
  if (judge === null || text === "") return undefined;
  if (isFile(text)) return text;
  const { data } = await api.POST("/api/v1/evaluation-rubrics", {
    body: { criteria: criteriaIn(text) },
  });
  return data?.file;
}

const parametersOf = (wanted: Wanted, rubric: string | undefined) => ({
  models: [wanted.base, ...wanted.tuned].filter((one) => one !== null),
  ...(wanted.data.trim() !== "" && { data: wanted.data.trim() }),
  metrics: wanted.metrics,
  numSamples: wanted.samples,
  maxGenLength: wanted.length,
  forgetting: wanted.forgetting,
  ...(wanted.judge !== null && { judge: wanted.judge }),
  ...(rubric !== undefined && { rubric }),
});

interface FieldsProps {
  subjects: readonly Subject[];
  runs: readonly Run[];
  metrics: readonly { name: string; about: string }[];
}

interface PartProps {
  wanted: Wanted;
  set: (change: Partial<Wanted>) => void;
  bases: readonly string[];
}

function ModelFields({ wanted, set, bases, trained }: PartProps & { trained: readonly Run[] }) {
  const nameOf = (run: Run): string => `${run.output_dir.split("/").at(-1)} (${run.model})`;
  const here = trained.map((run) => ({ value: run.output_dir, label: nameOf(run) }));
  return (
    <>
      <Select
        label="Base"
        description="The model that the others are compared with"
        data={[...new Set([...bases, ...trained.map(({ model }) => model)])]}
        value={wanted.base}
        searchable
        onChange={(base) => set({ base })}
      />
      <MultiSelect
        label="Models to compare"
        data={[
          { group: "Trained here", items: here },
          { group: "Models", items: bases.filter((one) => one !== wanted.base) },
        ]}
        value={wanted.tuned}
        searchable
        onChange={(tuned) => set({ tuned })}
      />
    </>
  );
}

function Judging({ wanted, set, bases }: PartProps) {
  return (
    <>
      <Select
        label="Judge"
        description="A model that says which answer of each pair is better, asked in both orders"
        placeholder="none"
        data={[...bases]}
        value={wanted.judge}
        clearable
        searchable
        onChange={(judge) => set({ judge })}
      />
      {wanted.judge !== null && (
        <Textarea
          label="Criteria"
          description="One criterion per line, such as “correct: the query gives what was asked”, or the path of a rubric. Empty: which answer is better"
          autosize
          minRows={2}
          maxRows={12}
          dir="auto"
          value={wanted.criteria}
          onChange={({ currentTarget }) => set({ criteria: currentTarget.value })}
        />
      )}
      <Switch
        label="Check for forgetting: perplexity on a general dataset"
        checked={wanted.forgetting}
        onChange={({ currentTarget }) => set({ forgetting: currentTarget.checked })}
      />
    </>
  );
}

function Fields({ subjects, runs, metrics }: FieldsProps) {
  const bases = subjects.filter(({ kind }) => kind === "base").map(({ id }) => id);
  const trained = runs.filter(({ id }) =>
    subjects.some(({ run, step }) => run === id && step === null),
  );
  const [{ run: named }] = useUrlState();
  const last = trained.find(({ id }) => id === named) ?? trained[0];
  const [wanted, setWanted] = useState<Wanted>({
    base: last?.model ?? bases[0] ?? null,
    tuned: last === undefined ? [] : [last.output_dir],
    ...{ data: "", metrics: ["exact_match", "rougeL"], samples: 100, length: 100 },
    ...{ forgetting: false, judge: null, criteria: "" },
  });
  const set = (change: Partial<Wanted>): void => setWanted((now) => ({ ...now, ...change }));
  const navigate = useNavigate();
  const submit = useChange(
    async () => {
      const body = { kind: "benchmark", parameters: parametersOf(wanted, await rubricOf(wanted)) };
      const { data } = await api.POST("/api/v1/jobs", { body });
      return data as components["schemas"]["Job"];
    },
    {
      touches: ["/api/v1/jobs"],
      done: () => "The comparison is queued",
      onDone: ({ id }) => void navigate({ to: `/jobs/${id}` } as never),
    },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit.mutate(undefined);
      }}
    >
      <Stack gap="sm" maw="40rem">
        <ModelFields {...{ wanted, set, bases, trained }} />
        <TextInput
          label="Rows"
          description="A file, a folder or the name of a bundled dataset; empty: the bundled one"
          value={wanted.data}
          onChange={({ currentTarget }) => set({ data: currentTarget.value })}
        />
        <MultiSelect
          label="Metrics"
          data={metrics.map(({ name }) => name)}
          value={wanted.metrics}
          searchable
          onChange={(chosen) => set({ metrics: chosen })}
        />
        <NumberInput
          label="Number of rows"
          value={wanted.samples}
          min={1}
          max={100_000}
          onChange={(value) => set({ samples: Number(value) || 1 })}
        />
        <NumberInput
          label="Maximum answer length, in tokens"
          value={wanted.length}
          min={1}
          max={8192}
          onChange={(value) => set({ length: Number(value) || 1 })}
        />
        <Judging {...{ wanted, set, bases }} />
        <Button
          type="submit"
          loading={submit.isPending}
          disabled={
            wanted.base === null || wanted.tuned.length === 0 || wanted.metrics.length === 0
          }
        >
          Start the comparison
        </Button>
      </Stack>
    </form>
  );
}

export function WantedForm() {
  const subjects = $api.useQuery("get", "/api/v1/try/subjects", {});
  const runs = $api.useQuery("get", "/api/v1/runs", { params: { query: { limit: 200 } } });
  const metrics = $api.useQuery("get", "/api/v1/evaluation-metrics", {});
  return (
    <View query={subjects}>
      {(found) => (
        <View query={runs}>
          {(known) => (
            <View query={metrics}>
              {(all) => (
                <Fields subjects={found.subjects} runs={known.runs} metrics={all.metrics} />
              )}
            </View>
          )}
        </View>
      )}
    </View>
  );
}
