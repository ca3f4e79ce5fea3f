// Machines of Hugging Face, rented by the minute.
import { hubSettings } from "../../../weights/hub-environment.ts";
import { HubJobsRunner } from "../jobs/hub-jobs.ts";
import { HubJobsOptions } from "../jobs/options.ts";
import { defineKind } from "./kind.ts";

export const hubJobsKind = defineKind({
  about: "Hugging Face Jobs: machines rented by the minute",
  options: HubJobsOptions,
  open(name, options, { version }) {
    return new HubJobsRunner(name, options, version, hubSettings());
  },
});
