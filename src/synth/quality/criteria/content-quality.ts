// Whether what is said is natural, coherent and informative.
import type { Criterion } from "./criterion.ts";

export const contentQuality: Criterion = {
  title: "content quality",
  prompt: "criterion-content-quality",
};
