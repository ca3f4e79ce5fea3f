// What is done with whole sets: merged, sampled, put into the other form, downloaded, deleted. Each makes a new set or asks
// once; deleting says what it frees.
import { Button, Menu, Modal, NumberInput, Stack, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { api, apiUrl } from "../../api/client.ts";
import { useChange } from "../../api/mutation.ts";
import { bytesText } from "../../design/numbers.tsx";
import { useMaking, useOpened } from "./making.tsx";
import { addressOf, type SetEntry, touched } from "./queries.ts";
import styles from "./set-deeds.module.css";

type Deed = "sample" | "convert" | "delete";
type Acted = Pick<SetEntry, "reference" | "kind" | "id" | "name" | "rows" | "bytes" | "format">;

export function MergeButton({ sets, onDone }: { sets: readonly SetEntry[]; onDone: () => void }) {
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState("");
  const merge = useMaking({ onAsked: onDone, onMade: useOpened() });
  const formats = new Set(sets.map(({ format }) => format));
  const rows = sets.reduce((sum, set) => sum + set.rows, 0);
  return (
    <>
      <Button
        variant="default"
        disabled={sets.length < 2 || formats.size > 1}
        title={
          formats.size > 1
            ? "Only datasets of the same form can be merged; convert one first"
            : undefined
        }
        onClick={() => setOpen(true)}
      >
        Merge {sets.length} datasets
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title="Merge into a new dataset">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const ids = sets.flatMap(({ id }) => (id === null ? [] : [id]));
            const options = { dataset_ids: ids, ...(name !== "" && { name }) };
            merge.mutate({ making: "merge", options });
          }}
        >
          <Stack gap="sm">
            <p className={styles.words}>
              {sets.map((set) => set.name).join(", ")}: {rows.toLocaleString("en")} rows, in this
              order. The datasets themselves do not change.
            </p>
            <TextInput
              label="Name"
              placeholder="Made of theirs"
              data-autofocus
              value={name}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
            />
            <Button type="submit" loading={merge.isPending}>
              Merge
            </Button>
          </Stack>
        </form>
      </Modal>
    </>
  );
}

function Sample({ set, onDone }: { set: Acted; onDone: () => void }) {
  const [size, setSize] = useState(Math.min(100, set.rows));
  const [seed, setSeed] = useState(0);
  const sample = useMaking({ onAsked: onDone, onMade: useOpened() });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const options = { dataset_id: set.id ?? 0, sample_size: size, seed };
        sample.mutate({ making: "sample", options });
      }}
    >
      <Stack gap="sm">
        <NumberInput
          label="Rows"
          description={`Of ${set.rows.toLocaleString("en")}; each at most once.`}
          min={1}
          max={set.rows}
          value={size}
          onChange={(value) => setSize(Number(value))}
        />
        <NumberInput
          label="Seed"
          description="The same seed picks the same rows."
          min={0}
          value={seed}
          onChange={(value) => setSeed(Number(value))}
        />
        <Button type="submit" loading={sample.isPending}>
          Sample into a new dataset
        </Button>
      </Stack>
    </form>
  );
}

function Convert({ set, onDone }: { set: Acted; onDone: () => void }) {
  const to = set.format === "chat" ? ("instruction" as const) : ("chat" as const);
  const convert = useMaking({ onAsked: onDone, onMade: useOpened() });
  return (
    <Stack gap="sm">
      <p className={styles.words}>
        {to === "instruction"
          ? "A conversation of several turns becomes one row per answer. Anything that the form has no place for is reported with the new dataset."
          : "Each instruction and its answer become a conversation of two messages."}
      </p>
      <Button
        loading={convert.isPending}
        onClick={() =>
          convert.mutate({
            making: "convert",
            options: { dataset_id: set.id ?? 0, target_format: to },
          })
        }
      >
        Make a new dataset of form {to}
      </Button>
    </Stack>
  );
}

function Delete({ set, onDone }: { set: Acted; onDone: () => void }) {
  const navigate = useNavigate();
  const remove = useChange(
    async () =>
      await api.DELETE("/api/v1/data/{set}", { params: { path: { set: set.reference } } }),
    {
      touches: touched,
      done: () => `${set.name} is deleted`,
      onDone: () => {
        onDone();
        void navigate({ to: "/data" } as never);
      },
    },
  );
  return (
    <Stack gap="sm">
      <p className={styles.words}>
        {set.kind === "kept"
          ? `All versions of ${set.name} are removed from the list. Their rows take disk space until ft data compact frees it.`
          : `${set.rows.toLocaleString("en")} rows are removed and their file is deleted, which frees ${bytesText(set.bytes ?? 0)}. Kept versions stay.`}{" "}
        This cannot be undone here.
      </p>
      <Button color="red" loading={remove.isPending} onClick={() => remove.mutate(undefined)}>
        Delete {set.name}
      </Button>
    </Stack>
  );
}

const titles: Readonly<Record<Deed, string>> = {
  sample: "Sample rows",
  convert: "Convert",
  delete: "Delete this dataset?",
};

export function SetMenu({ set }: { set: Acted }) {
  const [deed, setDeed] = useState<Deed>();
  const isNumbered = set.kind === "numbered";
  const close = (): void => setDeed(undefined);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="subtle" color="gray" size="compact-sm" aria-label={`More: ${set.name}`}>
            <Ellipsis size={16} aria-hidden="true" />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {isNumbered && (
            <>
              <Menu.Item component="a" href={`${apiUrl}/api/datasets/${set.id}/download`}>
                Download as JSON lines
              </Menu.Item>
              <Menu.Item
                component="a"
                href={`${apiUrl}/api/datasets/${set.id}/download?format=csv`}
              >
                Download as CSV
              </Menu.Item>
            </>
          )}
          <Menu.Item component="a" href={`${addressOf(set.reference)}?tab=export`}>
            Export for a service…
          </Menu.Item>
          {isNumbered && (
            <>
              <Menu.Item onClick={() => setDeed("sample")}>Sample rows…</Menu.Item>
              <Menu.Item onClick={() => setDeed("convert")}>Convert…</Menu.Item>
            </>
          )}
          <Menu.Divider />
          <Menu.Item color="red" onClick={() => setDeed("delete")}>
            Delete…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={deed !== undefined} onClose={close} title={deed && titles[deed]}>
        {deed === "sample" && <Sample set={set} onDone={close} />}
        {deed === "convert" && <Convert set={set} onDone={close} />}
        {deed === "delete" && <Delete set={set} onDone={close} />}
      </Modal>
    </>
  );
}
