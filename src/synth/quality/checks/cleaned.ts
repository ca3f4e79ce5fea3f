// Checks that cleaning has already (clean/cleaners), an answer at a time so that the place is known.
import type { CleanOptions, Cleaner, Look } from "../../clean/cleaner.ts";
import { boilerplate as boilerplateCleaner } from "../../clean/cleaners/boilerplate.ts";
import { refusals as refusalCleaner } from "../../clean/cleaners/refusals.ts";
import { repeats as repeatCleaner } from "../../clean/cleaners/repeats.ts";
import type { RowCheck } from "../check.ts";
import type { Exchange } from "../looked-row.ts";

const usual: CleanOptions = {
  minLength: 1,
  minAnswer: 1,
  languages: [],
  personal: {},
  boilerplateShare: 0.3,
};

function reasons(look: Look, { question, answer }: Exchange): string[] {
  const said = [
    { role: "user", text: question },
    { role: "assistant", text: answer },
  ];
  const row = { id: "", line: 1, value: {}, text: "", position: 0, said };
  return look(row).flatMap((verdict) => (verdict.kind === "drop" ? [verdict.reason] : []));
}

/** `cleaner` is one that needs no pass over all rows. */
function ofCleaner(cleaner: Cleaner): RowCheck {
  const look = cleaner.prepare(usual, {}) as Look;
  return {
    about: cleaner.about,
    *look({ exchanges }) {
      for (const one of exchanges)
        for (const message of reasons(look, one)) yield { field: one.field, message };
    },
  };
}

export const refusals = ofCleaner(refusalCleaner);
export const repeats = ofCleaner(repeatCleaner);
export const boilerplate = ofCleaner(boilerplateCleaner);
