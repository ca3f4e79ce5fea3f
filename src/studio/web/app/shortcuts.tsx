// Keys: pages say theirs while they stand, `?` shows all that count now. Keys typed into a field are the field's.
import { Modal } from "@mantine/core";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Keys } from "../design/states.tsx";
import styles from "./shortcuts.module.css";

export interface Shortcut {
  /** One key, or two one after the other: "g d". As KeyboardEvent.key says; "mod+k" is Control or Command. */
  keys: string;
  about: string;
  run: () => void;
  /** What it does counts for what is shown: held down, the key does it once. */
  isOnce?: boolean;
}

const standing = new Set<readonly Shortcut[]>();
const watching = new Set<() => void>();
let all: readonly Shortcut[] = [];

function changed(): void {
  all = [...standing].flat();
  for (const one of watching) one();
}

/** The shortcuts count while the component stands; of the same keys the latest. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  const told = JSON.stringify(shortcuts.map(({ keys, about }) => [keys, about]));
  useEffect(() => {
    const own = latest.current.map((one, at) => ({ ...one, run: () => latest.current[at]?.run() }));
    standing.add(own);
    changed();
    return () => {
      standing.delete(own);
      changed();
    };
  }, [told]);
}

const isTyped = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));

/** Milliseconds between the two keys of one shortcut. */
const between = 1200;

let first = "";
let firstAt = 0;

function pressed(event: KeyboardEvent): void {
  const hasModifier = event.ctrlKey || event.metaKey;
  if (event.altKey || event.defaultPrevented) return;
  if (!hasModifier && (isTyped(event.target) || document.querySelector("[role=dialog]"))) return;
  const key = `${hasModifier ? "mod+" : ""}${event.key}`;
  const both = event.timeStamp - firstAt < between ? `${first} ${key}` : key;
  const found =
    all.findLast(({ keys }) => keys === both) ?? all.findLast(({ keys }) => keys === key);
  [first, firstAt] = [key, event.timeStamp];
  if (found === undefined) return;
  event.preventDefault();
  first = "";
  if (event.repeat && found.isOnce === true) return;
  found.run();
}

export function useKeyboard(): void {
  useEffect(() => {
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}

function useAll(): readonly Shortcut[] {
  return useSyncExternalStore(
    (watch) => {
      watching.add(watch);
      return () => void watching.delete(watch);
    },
    () => all,
  );
}

export function ShortcutHelp() {
  const [isOpen, setOpen] = useState(false);
  const shown = useAll();
  useShortcuts([{ keys: "?", about: "Keyboard shortcuts", run: () => setOpen(true) }]);
  return (
    <Modal opened={isOpen} onClose={() => setOpen(false)} title="Keys" centered>
      <dl className={styles.list}>
        {shown.map(({ keys, about }) => (
          <div key={keys}>
            <dt>
              <Keys of={keys.replace("mod+", "Ctrl ")} />
            </dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
