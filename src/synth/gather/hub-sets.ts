// Sets of the hub that people mix by a word: where they are and how their columns are to be read. The next is one line.
import type { Columns } from "./spellings.ts";

export interface HubSet {
  readonly id: string;
  readonly split: string;
  readonly columns?: Columns;
  /** Its owner asks for a sign-in, which `HF_TOKEN` gives. */
  readonly isGated?: boolean;
}

export const hubSets = {
  lmsys: { id: "lmsys/lmsys-chat-1m", split: "train", isGated: true },
  magpie: { id: "Magpie-Align/magpie-llama-3.1-pro-300k-filtered", split: "train" },
  prosocial: {
    id: "allenai/prosocial-dialog",
    split: "train",
    columns: { prompt: "context", completion: "response" },
  },
} as const satisfies Readonly<Record<string, HubSet>>;
