// Every task by its name, loaded where it is done. The next one is a line here.
import { Registry } from "../../../core/registry.ts";
import { unknownJobKind } from "../job-errors.ts";
import type { Task } from "./types.ts";

interface TaskEntry {
  load(): Promise<Task<never>>;
}

export const tasks = new Registry<TaskEntry>(
  {
    evaluation: { load: async () => (await import("./evaluation.ts")).evaluate },
    benchmark: { load: async () => (await import("./benchmark.ts")).compare },
    export: { load: async () => (await import("./export.ts")).exportAs },
    identify: { load: async () => (await import("./identify.ts")).identify },
    download: { load: async () => (await import("./download.ts")).download },
    merge: { load: async () => (await import("./merge.ts")).merge },
    convert: { load: async () => (await import("./convert.ts")).convert },
    look: { load: async () => (await import("./look.ts")).look },
    "make-set": { load: async () => (await import("./make-set.ts")).make },
    import: { load: async () => (await import("./import.ts")).takeIn },
    upload: { load: async () => (await import("./upload.ts")).upload },
  },
  unknownJobKind,
);
