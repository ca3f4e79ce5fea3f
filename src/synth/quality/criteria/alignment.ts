// Whether answers answer what was asked.
import type { Criterion } from "./criterion.ts";

export const alignment: Criterion = {
  title: "instruction-response alignment",
  prompt: "criterion-alignment",
};
