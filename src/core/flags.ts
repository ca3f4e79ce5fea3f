// How an option of a zod schema is spelled on the command line, kept beside the option itself.
// Only the spelling: parsing flags is the command line's business, defaults are the schema's.
import { z } from "zod";

export interface FlagSpelling {
  /** Long name without dashes; the kebab-case of the key when absent. */
  long?: string;
  /** One letter. */
  short?: string;
  /** Other long names for the same, which help does not show. */
  aliases?: readonly string[];
  /** What stands for the value in help, for example "N" or "FILE". */
  value?: string;
  /** The words to choose from, where the schema has none because a registry has them. */
  choices?: () => readonly string[];
  /** Words that a shell offers, where help names them in a way of its own. */
  offers?: () => readonly string[];
  /** What the `--no-` form of a boolean does, for help; where it is the form that help shows. */
  off?: string;
  /** No flag: the option is set by an argument or in a file only. */
  hidden?: boolean;
}

/** Options register their spelling here: `z.number().default(8).register(flags, { long: "lora-rank" })`. */
export const flags = z.registry<FlagSpelling>();
