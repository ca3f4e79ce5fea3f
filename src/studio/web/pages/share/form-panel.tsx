// A result written in another form: what it is quantized to, where it goes, the job that writes it, and what came of it.
import { Button, Select, Stack, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";
import { useUrlState } from "../../app/url-state.ts";
import { Panel } from "../../design/page.tsx";
import type { Form } from "./forms.ts";
import { MadeBy } from "./made-by.tsx";
import { type FormProblem, NotPossible } from "./not-possible.tsx";

type Result = components["schemas"]["Shareable"];

const plain = "as it is";

/** Of merging: words for what it packs to. */
const packings = [
  { value: plain, label: "as the base is" },
  { value: "bfloat16", label: "16 bits (bfloat16)" },
  { value: "float32", label: "32 bits (float32)" },
  { value: "8", label: "8 bits" },
  { value: "6", label: "6 bits" },
  { value: "4", label: "4 bits" },
];

/** Of a model that is whole: fewer bits than it has. */
const fewerBits = packings.filter(({ value }) => value !== plain);

/** What the button and the choice say, by the job that writes it. */
const told = {
  merge: { button: "Merge", choice: "Written in", choices: packings, first: "bfloat16" },
  convert: { button: "Quantize", choice: "Written in", choices: fewerBits, first: "4" },
} as const;

function numbersOf(chosen: string): object {
  if (chosen === plain) return {};
  if (/^\d$/.test(chosen)) return { quantize: "affine", bits: Number(chosen) };
  return { dtype: chosen };
}

interface Wish {
  quant: string;
  output: string;
  adapterOnly: boolean;
  force: boolean;
  system: string;
  /** A file that the model is to foretell. */
  text: string;
}

function jobFor(
  { path, trained_from: baseModel }: Result,
  { kind, format, takes }: Form,
  wish: Wish,
) {
  const { quant, output, adapterOnly, force, system, text } = wish;
  if (kind === "merge")
    return { kind, parameters: { adapter: path, output, force, ...numbersOf(quant) } };
  if (kind === "convert") {
    const measured = {
      ...(baseModel !== null && { baseModel }),
      ...(text.trim() !== "" && { perplexityFile: text.trim() }),
    };
    return { kind, parameters: { model: path, output, ...numbersOf(quant), ...measured } };
  }
  const parameters = {
    ...{ format, model: path, output },
    ...(quant !== plain && { quant }),
    ...(adapterOnly && { adapterOnly: true }),
    ...(takes.includes("system") && system.trim() !== "" && { system }),
  };
  return { kind, parameters };
}

interface FieldsProps {
  result: Result;
  form: Form;
  wish: Wish;
  set: (change: Partial<Wish>) => void;
}

const wordsOf = ({ kind }: Form) => (kind === "export" ? undefined : told[kind]);

function Fields({ result, form, wish, set }: FieldsProps) {
  const words = wordsOf(form);
  const quants = words?.choices ?? [
    { value: plain, label: plain },
    ...form.quants.map((value) => ({ value, label: value })),
  ];
  const canBeAlone = form.takes.includes("adapterOnly") && result.kind === "adapter";
  return (
    <>
      {quants.length > 1 && (
        <Select
          label={words?.choice ?? "Quantized to"}
          description="Fewer bits make a smaller model; how much of the training survives is measured"
          data={[...quants]}
          value={wish.quant}
          allowDeselect={false}
          onChange={(quant) => set({ quant: quant ?? plain })}
        />
      )}
      {form.takes.includes("system") && (
        <TextInput
          label="System message"
          description="Used where a request has none; empty keeps the template's own"
          value={wish.system}
          onChange={({ currentTarget }) => set({ system: currentTarget.value })}
        />
      )}
      {form.takes.includes("perplexityFile") && (
        <TextInput
          label="Text to measure it on"
          description={
            result.trained_from === null
              ? "A text file: its perplexity is measured before and after"
              : `A text file whose perplexity is measured too, beside the rows of ${result.trained_from}; empty: none`
          }
          value={wish.text}
          onChange={({ currentTarget }) => set({ text: currentTarget.value })}
        />
      )}
      <TextInput
        label={form.output === "file" ? "File to write" : "Folder to write"}
        description="Written whole or not at all; never overwrites anything"
        value={wish.output}
        onChange={({ currentTarget }) => set({ output: currentTarget.value })}
      />
      {canBeAlone && (
        <Switch
          label="The adapter alone, without its base"
          checked={wish.adapterOnly}
          onChange={({ currentTarget }) => set({ adapterOnly: currentTarget.checked })}
        />
      )}
      {form.kind === "merge" && (
        <Switch
          label="Write it even if rounding loses the training"
          checked={wish.force}
          onChange={({ currentTarget }) => set({ force: currentTarget.checked })}
        />
      )}
    </>
  );
}

interface FormPanelProps {
  result: Result;
  form: Form;
  title: string;
  /** Why it cannot be written so, as far as that is known. */
  problem: FormProblem | undefined;
  instead: readonly string[];
}

export function FormPanel({ result, form, title, problem, instead }: FormPanelProps) {
  const [{ job }, setState] = useUrlState();
  const [wish, setWish] = useState<Wish>({
    ...{ output: form.place, adapterOnly: false, force: false, system: "", text: "" },
    quant: wordsOf(form)?.first ?? plain,
  });
  const words = wordsOf(form);
  const set = (change: Partial<Wish>): void => setWish((now) => ({ ...now, ...change }));
  const begin = useChange(
    async () => {
      const { data } = await api.POST("/api/v1/jobs", { body: jobFor(result, form, wish) });
      return data as components["schemas"]["Job"];
    },
    { touches: ["/api/v1/jobs"], onDone: ({ id }) => setState({ job: id }) },
  );
  if (problem !== undefined)
    return (
      <Panel title={title}>
        <NotPossible {...{ problem, instead }} />
      </Panel>
    );
  return (
    <Stack gap="md">
      <Panel title={title}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            begin.mutate(undefined);
          }}
        >
          <Stack gap="sm" maw="46rem">
            <Fields {...{ result, form, wish, set }} />
            <Button type="submit" loading={begin.isPending} disabled={wish.output.trim() === ""}>
              {words?.button ?? `Write for ${title}`}
            </Button>
          </Stack>
        </form>
      </Panel>
      {job !== undefined && <MadeBy id={job} form={form} />}
    </Stack>
  );
}
