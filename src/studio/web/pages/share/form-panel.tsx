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

function mergeParameters(chosen: string): object {
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
}

function jobFor({ path }: Result, { kind, format, takes }: Form, wish: Wish) {
  const { quant, output, adapterOnly, force, system } = wish;
  if (kind === "merge")
    return { kind, parameters: { adapter: path, output, force, ...mergeParameters(quant) } };
  const parameters = {
    ...{ format, model: path, output },
    ...(quant !== plain && { quant }),
    ...(adapterOnly && { adapterOnly: true }),
    ...(takes.includes("system") && system.trim() !== "" && { system }),
  };
  return { kind, parameters };
}

export function FormPanel({ result, form, title }: { result: Result; form: Form; title: string }) {
  const [{ job }, setState] = useUrlState();
  const [wish, setWish] = useState<Wish>({
    ...{ quant: plain, output: form.place, adapterOnly: false, force: false, system: "" },
  });
  const set = (change: Partial<Wish>): void => setWish((now) => ({ ...now, ...change }));
  const begin = useChange(
    async () => {
      const { data } = await api.POST("/api/v1/jobs", { body: jobFor(result, form, wish) });
      return data as components["schemas"]["Job"];
    },
    { touches: ["/api/v1/jobs"], onDone: ({ id }) => setState({ job: id }) },
  );
  const quants =
    form.kind === "merge"
      ? packings
      : [{ value: plain, label: plain }, ...form.quants.map((value) => ({ value, label: value }))];
  const canBeAlone = form.takes.includes("adapterOnly") && result.kind === "adapter";
  return (
    <Stack gap="md">
      <Panel title={title}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            begin.mutate(undefined);
          }}
        >
          <Stack gap="sm" maw="34rem">
            {quants.length > 1 && (
              <Select
                label={form.kind === "merge" ? "Written in" : "Quantized to"}
                description="Fewer bits are smaller; how much of the training they leave is measured"
                data={quants}
                value={wish.quant}
                allowDeselect={false}
                onChange={(quant) => set({ quant: quant ?? plain })}
              />
            )}
            {form.takes.includes("system") && (
              <TextInput
                label="System message"
                description="Where a request has none; empty leaves the template's own"
                value={wish.system}
                onChange={({ currentTarget }) => set({ system: currentTarget.value })}
              />
            )}
            <TextInput
              label={form.output === "file" ? "File to write" : "Folder to write"}
              description="It appears whole or not at all, and never over something that is there"
              value={wish.output}
              onChange={({ currentTarget }) => set({ output: currentTarget.value })}
            />
            {canBeAlone && (
              <Switch
                label="The adapter alone, to be put on its base there"
                checked={wish.adapterOnly}
                onChange={({ currentTarget }) => set({ adapterOnly: currentTarget.checked })}
              />
            )}
            {form.kind === "merge" && (
              <Switch
                label="Write it even where the training is lost in rounding"
                checked={wish.force}
                onChange={({ currentTarget }) => set({ force: currentTarget.checked })}
              />
            )}
            <Button type="submit" loading={begin.isPending} disabled={wish.output.trim() === ""}>
              {form.kind === "merge" ? "Merge" : `Write for ${title}`}
            </Button>
          </Stack>
        </form>
      </Panel>
      {job !== undefined && <MadeBy id={job} form={form} />}
    </Stack>
  );
}
