// Makes `method`, `tuning` and `objective` agree after merging: one word, or the two that it stands for.
// What the words mean is train/methods.ts.
import { chosenMethod, methods, methodWord, wordFor } from "../../train/methods.ts";
import { type Merged, placed } from "./problems.ts";

const parts = ["tuning", "objective"] as const;

/** The name given for a part, unless it was left at its default. */
function given({ values, winners }: Merged, key: string): string | undefined {
  const value = values[key];
  return typeof value === "string" && winners.get(key)?.kind !== "default" ? value : undefined;
}

/** The word of the parts given takes the place of the default method. */
function nameMethod(merged: Merged, tuning?: string, objective?: string): void {
  const chosen = chosenMethod({
    method: null,
    tuning: tuning ?? null,
    objective: objective ?? null,
  });
  merged.values["method"] = wordFor(chosen) ?? null;
  const from = merged.winners.get(tuning === undefined ? "objective" : "tuning");
  const path = [tuning === undefined ? "objective" : "tuning"];
  if (from !== undefined)
    merged.winners.set("method", { ...from, originOf: () => from.originOf(path) });
}

/** Settles the three; returns each part that contradicts the method's word. */
export function settleMethod(merged: Merged): string[] {
  const { values, winners } = merged;
  const word = given(merged, "method");
  if (word !== undefined) values["method"] = methodWord(word);
  const [tuning, objective] = parts.map((part) => given(merged, part));
  if (tuning === undefined && objective === undefined) return [];
  if (word === undefined) {
    nameMethod(merged, tuning, objective);
    return [];
  }
  const meant = methods.get(methodWord(word));
  return parts.flatMap((part) => {
    const said = given(merged, part);
    const from = winners.get(part);
    if (said === undefined || from === undefined || meant === undefined || meant[part] === said)
      return [];
    const text = `${part}: ${said} contradicts method ${word}, whose ${part} is ${meant[part]}: leave one of them out`;
    return [placed(from, [part], from.originOf([part]), text)];
  });
}
