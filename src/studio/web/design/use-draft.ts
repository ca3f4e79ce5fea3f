// What is being typed, until what is known changes: then that stands there instead.
import { useState } from "react";

export function useDraft<T>(known: T): [T, (next: T) => void] {
  const told = JSON.stringify(known) ?? "null";
  const [seen, setSeen] = useState(told);
  const [draft, setDraft] = useState(known);
  if (seen !== told) {
    setSeen(told);
    setDraft(known);
  }
  return [seen === told ? draft : known, setDraft];
}
