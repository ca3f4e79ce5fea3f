// Low-rank adapters (Hu et al. 2021).
import { lowRankTuning } from "./low-rank.ts";

export const lora = lowRankTuning("lora", "LoRA", "low-rank adapters on frozen weights");
