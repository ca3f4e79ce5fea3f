import type { ConfigLayer } from "../config/layers.ts";
import type { PartialRunConfig } from "../config/schema.ts";
import type { Course } from "./course.ts";
// The registry of courses: one file and one line each; the names are options.ts's, which help reads.
import { ft } from "./ft.ts";
import { mlxLm } from "./mlx-lm/index.ts";
import { COURSES } from "./options.ts";

const courses: Readonly<Record<(typeof COURSES)[number], Course>> = { ft, "mlx-lm": mlxLm };

export function courseOf({ course }: { course: { compat: (typeof COURSES)[number] } }): Course {
  return courses[course.compat];
}

/** A configuration file of another tool as one of ours; any other stays what it is. */
export function asOurs(file: ConfigLayer): ConfigLayer {
  const read = Object.values(courses).map(({ readFile }) => readFile?.(file));
  return read.find((one) => one !== undefined) ?? file;
}

/** What a run starts from when it reproduces a tool; undefined where there is nothing of its own. */
export function coursePreset(
  name: string | undefined,
  optimizer: string | undefined,
): { name: string; values: PartialRunConfig } | undefined {
  const found = COURSES.find((one) => one === name);
  const preset = found === undefined ? undefined : courses[found].preset;
  return preset === undefined ? undefined : { name: name ?? "", values: preset(optimizer ?? "") };
}
