// Low-rank adapters that learn direction and length of each row apart (Liu et al. 2024); PEFT's `use_dora`.
import { lowRankTuning } from "./low-rank.ts";

export const dora = lowRankTuning(
  "dora",
  "DoRA",
  "low-rank adapters with magnitude and direction trained separately",
);
