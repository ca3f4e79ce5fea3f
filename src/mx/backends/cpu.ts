// MLX on the processor: correct everywhere, the reference for tests, slow for large models.
import { binding } from "../loader.ts";
import type { Backend } from "./index.ts";

export const cpu: Backend = {
  name: "cpu",
  isFastInHalf: false,
  unavailable: () => undefined,
  activate() {
    binding().setDefaultDevice("cpu");
  },
};
