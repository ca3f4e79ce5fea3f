// ft remote status: how runs on hosts stand, asked of the hosts.
import { z } from "zod";
import { lookElsewhere, type RunElsewhere } from "../../app/remote/hosts-elsewhere.ts";
import { formatDollars } from "../../core/units.ts";
import { defineCommand } from "../define-command.ts";
import { table } from "../render/table.ts";

const states: Readonly<Record<RunElsewhere["state"], string>> = {
  waiting: "waits for a machine",
  running: "runs",
  over: "is over",
  gone: "ended without saying how",
  unknown: "is not known there",
  unreachable: "host not reached",
};

/** What a person can do about it. */
function next({ state, output, isHere, isFollowed }: RunElsewhere): string {
  if (isHere) return "its end is here";
  if (isFollowed) return "followed from here";
  if (state === "running" || state === "waiting") return `ft runs stop ${output}`;
  return state === "over" || state === "gone" ? `ft remote follow ${output}` : "";
}

function lines(run: RunElsewhere): string {
  const { id, host, state, exitCode, step, spent, page, said, output } = run;
  const what = next(run);
  return [
    `${id} on ${host}: ${states[state]}${exitCode === null ? "" : `, exit code ${exitCode}`}`,
    `its folder here is ${output}${step === null ? "" : `, which knows it up to step ${step}`}`,
    ...(spent === null ? [] : [`it cost ${formatDollars(spent)} so far, by the time that it ran`]),
    ...(page === null ? [] : [`its page is ${page}`]),
    ...(said === null ? [] : [said]),
    ...(what === "" ? [] : [what]),
  ].join("\n");
}

export const remoteStatusCommand = defineCommand({
  name: "remote status",
  summary: "Show the state of runs on hosts",
  arguments: {
    run: {
      about: "Run folder on this machine, or the run's id; default: all that have not ended",
      optional: true,
    },
  },
  options: z.strictObject({}),
  examples: ["ft remote status", "ft remote status ./night --json"],
  run: async ({ arguments: { run } }, io) => {
    const runs = await lookElsewhere(io.environment, run);
    io.show({ runs }, () => {
      const [one] = runs;
      if (run !== undefined && one !== undefined) return lines(one);
      if (one === undefined) return "No run that was sent to a host is without its end here.";
      return table(runs, [
        { title: "RUN", value: ({ id }) => id },
        { title: "HOST", value: ({ host }) => host },
        { title: "STATE", value: ({ state }) => states[state] },
        { title: "STEP", value: ({ step }) => String(step ?? "-") },
        { title: "NEXT", value: next },
      ]);
    });
  },
});
