// What is to be known of a judge beside its scores.
import type { Judge } from "../../../eval/judge/index.ts";

interface JudgeOnMachine extends Judge {
  warnings: readonly string[];
}

function always([name, said]: readonly [string, readonly string[]]): string[] {
  const [first] = said;
  if (said.length < 5 || said.some((one) => one !== first)) return [];
  return [`the judge says ${first} of ${name} every time: it does not tell these answers apart`];
}

/** `said`: by criterion, what it said of each answer. */
export function judgeWarnings(
  judge: JudgeOnMachine,
  answeredBy: readonly string[],
  said: readonly (readonly [string, readonly string[]])[],
): string[] {
  const isOwn = answeredBy.includes(String(judge.identity["base"]));
  return [
    ...judge.warnings,
    ...(isOwn ? ["the judge is the base of a model that it judges: judges prefer their own"] : []),
    ...said.flatMap(always),
  ];
}
