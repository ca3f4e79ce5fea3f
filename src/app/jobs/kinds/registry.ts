// Every kind of job by its name: the next one is a line here. Extensions add theirs with `jobKinds.register`.
import { Registry } from "../../../core/registry.ts";
import { unknownJobKind } from "../job-errors.ts";
import { benchmarkKind } from "./benchmark.ts";
import { convertKind } from "./convert.ts";
import { downloadKind } from "./download.ts";
import { evaluationKind } from "./evaluation.ts";
import { exportKind } from "./export.ts";
import { generationKind } from "./generation.ts";
import { identifyKind } from "./identify.ts";
import { importKind } from "./import.ts";
import { lookKind } from "./look.ts";
import { makeSetKind } from "./make-set.ts";
import { mergeKind } from "./merge.ts";
import { qualityKind } from "./quality.ts";
import { trainingKind } from "./training.ts";
import type { JobKind } from "./types.ts";
import { uploadKind } from "./upload.ts";

export const jobKinds = new Registry<JobKind<unknown>>(
  {
    training: trainingKind,
    evaluation: evaluationKind,
    benchmark: benchmarkKind,
    export: exportKind,
    merge: mergeKind,
    convert: convertKind,
    upload: uploadKind,
    download: downloadKind,
    generation: generationKind,
    quality: qualityKind,
    identify: identifyKind,
    look: lookKind,
    "make-set": makeSetKind,
    import: importKind,
  },
  unknownJobKind,
);
