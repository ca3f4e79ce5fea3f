// Flags of other tools that ft has under another name, for whoever types them by habit. No option: only what to say.

/** Of mlx_lm.lora 0.32, with what does the same under --compat mlx-lm. */
const mlxLm: Readonly<Record<string, string>> = {
  "--train": "ft train start trains without it",
  "--fine-tune-type": "--method",
  "--mask-prompt": "--mask last",
  "--val-batches": "--eval-batches",
  "--learning-rate": "--lr",
  "--steps-per-report": "--report-every",
  "--steps-per-eval": "--eval-steps",
  "--save-every": "--save-steps",
  "--grad-accumulation-steps": "--gradient-accumulation-steps",
  "--grad-checkpoint": "--gradient-checkpointing",
  "--resume-adapter-file": "--init-adapter",
  "--adapter-path": "--output",
  "--max-seq-length": "--max-length",
  "--test": "--evaluate-test",
  "--clear-cache-threshold": "nothing: leave it out",
  "--project-name": "nothing: leave it out",
};

/** What a flag of another tool is here, in words; undefined for one that none of them has. */
export function otherFlag(flag: string): string | undefined {
  const own = Object.hasOwn(mlxLm, flag) ? mlxLm[flag] : undefined;
  return own && `mlx_lm.lora's ${flag} is here: ${own} (docs/coming-from-mlx-lm.md lists them all)`;
}
