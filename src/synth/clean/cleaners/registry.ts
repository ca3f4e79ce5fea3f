// Cleaners in the order in which rows meet them: the cheap and certain ones first. The next one is one file and one line.
import { Registry } from "../../../core/registry.ts";
import { unknownCleaner } from "../clean-errors.ts";
import type { Cleaner } from "../cleaner.ts";
import { boilerplate } from "./boilerplate.ts";
import { contaminated } from "./contaminated.ts";
import { duplicates } from "./duplicates.ts";
import { language } from "./language.ts";
import { length } from "./length.ts";
import { personal } from "./personal.ts";
import { refusals } from "./refusals.ts";
import { repeats } from "./repeats.ts";
import { selection } from "./selection.ts";

export const cleaners = new Registry<Cleaner>(
  {
    length,
    duplicates,
    contaminated,
    language,
    refusals,
    repeats,
    boilerplate,
    personal,
    selection,
  },
  ({ name, known }) => unknownCleaner(name, known),
);
