// The command palette: every page, every run and dataset by name, and what can be done from anywhere.
import { Modal, TextInput, useMantineColorScheme } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useState } from "react";
import { $api } from "../api/client.ts";
import { pages } from "../pages/index.ts";
import styles from "./palette.module.css";
import { useShortcuts } from "./shortcuts.tsx";

interface Entry {
  title: string;
  about: string;
  run: () => void;
}

function useEntries(isOpen: boolean): Entry[] {
  const navigate = useNavigate();
  const { toggleColorScheme } = useMantineColorScheme();
  const go = (to: string) => () => void navigate({ to } as never);
  const runs = $api.useQuery(
    "get",
    "/api/v1/runs",
    { params: { query: { limit: 100 } } },
    { enabled: isOpen },
  );
  const sets = $api.useQuery("get", "/api/v1/sets", {}, { enabled: isOpen });
  return [
    ...pages.map(({ title, about, routes }) => ({ title, about, run: go(routes[0].path) })),
    { title: "Light or dark", about: "Switch theme", run: toggleColorScheme },
    ...(runs.data?.runs ?? []).map(({ id, model, dataset }) => ({
      title: id,
      about: `Run: ${model} on ${dataset}`,
      run: go(`/runs/${id}`),
    })),
    ...(sets.data?.versions ?? []).map(({ version }) => ({
      title: version,
      about: "Dataset",
      run: go(`/data/sets/${encodeURIComponent(version.replace(/@\d+$/, ""))}`),
    })),
  ];
}

const matches = ({ title, about }: Entry, words: string): boolean => {
  const text = `${title} ${about}`.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
};

const mostShown = 12;

export function Palette() {
  const [isOpen, setOpen] = useState(false);
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const found = useEntries(isOpen)
    .filter((entry) => matches(entry, words))
    .slice(0, mostShown);
  const close = (): void => {
    setOpen(false);
    setWords("");
    setAt(0);
  };
  useShortcuts([{ keys: "mod+k", about: "Go anywhere", run: () => setOpen(true) }]);
  const choose = (entry: Entry | undefined): void => {
    if (entry === undefined) return;
    close();
    entry.run();
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setAt((at + step + found.length) % Math.max(found.length, 1));
    else if (event.key === "Enter") choose(found[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      withCloseButton={false}
      padding={0}
      size="lg"
      yOffset="12vh"
    >
      <TextInput
        data-autofocus
        variant="unstyled"
        className={styles.field}
        placeholder="Page, run, dataset…"
        role="combobox"
        aria-label="Go anywhere"
        aria-expanded
        aria-controls="palette"
        aria-activedescendant={`palette-${at}`}
        value={words}
        onChange={({ currentTarget }) => {
          setWords(currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKey}
      />
      <div id="palette" role="listbox" aria-label="Found" className={styles.list}>
        {found.map((entry, index) => (
          <div
            key={`${entry.title} ${entry.about}`}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === at}
            className={styles.entry}
            onMouseMove={() => setAt(index)}
            onClick={() => choose(entry)}
          >
            <span className={styles.title}>{entry.title}</span>
            <span className={styles.about}>{entry.about}</span>
          </div>
        ))}
        {found.length === 0 && <p className={styles.nothing}>Nothing matches.</p>}
      </div>
    </Modal>
  );
}
