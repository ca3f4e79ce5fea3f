// What will no longer be there: models that retire, services that close, by a day that is asked about.
import type { ModelLimits, ProfileLimits } from "../limits/limits.ts";
import type { Sighting } from "../profile.ts";

/** Days before an end on which it is told. */
const toldBefore = 180;

const dayMilliseconds = 86_400_000;

type When = "past" | "near" | "far";

function when(end: string, on: string): When {
  if (on >= end) return "past";
  return Date.parse(end) - Date.parse(on) <= toldBefore * dayMilliseconds ? "near" : "far";
}

function* model(name: string, { retiresOn }: ModelLimits, on: string): Generator<Sighting> {
  if (retiresOn === undefined) return;
  const state = when(retiresOn, on);
  if (state === "past")
    yield { code: "model_retired", field: "", message: `${name} retired on ${retiresOn}` };
  if (state === "near")
    yield { code: "model_retiring", field: "", message: `${name} retires on ${retiresOn}` };
}

function* models({ models: all }: ProfileLimits, on: string): Generator<Sighting> {
  const named = Object.entries(all);
  // one that stays is enough: which is meant is not known
  if (named.some(([, { retiresOn }]) => retiresOn === undefined || when(retiresOn, on) === "far"))
    return;
  for (const [name, one] of named) yield* model(name, one, on);
}

/** `on` is a day, as 2026-11-26; `asked` the model's name as it was given. */
export function* lifecycle(
  limits: ProfileLimits,
  asked: { name: string; found: ModelLimits | undefined } | undefined,
  on: string,
): Generator<Sighting> {
  const { closes } = limits;
  if (closes !== undefined) {
    const state = when(closes.on, on);
    const message = `from ${closes.on} on: ${closes.what}`;
    if (state === "past") yield { code: "service_closed", field: "", message };
    if (state === "near") yield { code: "service_closing", field: "", message };
  }
  if (asked === undefined) yield* models(limits, on);
  else if (asked.found !== undefined) yield* model(asked.name, asked.found, on);
  else if (Object.keys(limits.models).length > 0)
    yield {
      code: "model_unknown",
      field: "",
      message: `the limits do not list the model ${asked.name}: ${Object.keys(limits.models).join(", ")}`,
    };
}
