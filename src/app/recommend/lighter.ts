// The same run in forms that need less and less memory, the best first. What is recommended is the first that fits: so less
// memory never gets settings that need more.
import { type Figures, type Settings, withSetting } from "./choose-settings.ts";
import type { Reason } from "./recommend.ts";

export interface Candidate {
  settings: Settings;
  /** Of what differs from the first. */
  reasons: Reason[];
}

function changed(
  { settings, reasons }: Candidate,
  setting: string,
  value: unknown,
  why: string,
): Candidate {
  const others = reasons.filter((reason) => reason.setting !== setting);
  return {
    settings: withSetting(settings, setting, value),
    reasons: [...others, { setting, value, why }],
  };
}

const halvings = (from: number): number[] => {
  const all: number[] = [];
  for (let value = from; value >= 1; value = Math.floor(value / 2)) all.push(value);
  return all;
};

/** Fewer rows at once, as many in an update. */
function smallerBatches(candidate: Candidate): Candidate[] {
  const whole = candidate.settings.optimization?.batch_size ?? 1;
  return halvings(whole).map((size) => {
    if (size === whole) return candidate;
    const accumulation = Math.ceil(whole / size);
    const smaller = changed(
      candidate,
      "optimization.batch_size",
      size,
      "as many rows at once as fit",
    );
    const why = `still ${whole} rows per optimizer step`;
    return changed(smaller, "optimization.gradient_accumulation_steps", accumulation, why);
  });
}

const last = (candidates: readonly Candidate[], otherwise: Candidate): Candidate =>
  candidates.at(-1) ?? otherwise;

function checkpointed(candidate: Candidate): Candidate {
  const why = "activations are recomputed instead of stored: a third more time, the same result";
  return changed(candidate, "optimization.gradient_checkpointing", true, why);
}

function packed(candidate: Candidate): Candidate {
  const why = "weights in 4 bits: a fifth of their memory, slightly less exact";
  return changed(changed(candidate, "method", "qlora", why), "model.load_in_4bit", true, why);
}

function fewerLayers(candidate: Candidate, { blocks }: Figures): Candidate[] {
  const counts = halvings(Math.floor(blocks / 2));
  return counts.map((count) =>
    changed(candidate, "lora.num_layers", count, "only the last blocks fit"),
  );
}

function shorter(candidate: Candidate): Candidate[] {
  const whole = candidate.settings.data.max_length ?? 2048;
  const lengths = halvings(Math.floor(whole / 2)).filter((length) => length >= 128);
  return lengths.map((length) =>
    changed(candidate, "data.max_length", length, "longer rows do not fit and are truncated"),
  );
}

/** From as wished to as little as this program can train with. */
export function lighterAndLighter(settings: Settings, figures: Figures): Candidate[] {
  const plain = smallerBatches({ settings, reasons: [] });
  const again = smallerBatches(checkpointed(plain[0] as Candidate));
  const smallest = last(again, plain[0] as Candidate);
  // full-sized batches of packed weights come before single rows of plain ones only where those do not fit
  const quantized = figures.isPacked
    ? again
    : smallerBatches(packed(checkpointed(plain[0] as Candidate)));
  const least = last(quantized, smallest);
  const layers = fewerLayers(least, figures);
  return [...plain, ...again, ...quantized, ...layers, ...shorter(last(layers, least))];
}
