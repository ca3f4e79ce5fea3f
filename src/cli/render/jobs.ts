// Jobs for people: a row each, one with its log and its failures, and the line that moves while one is followed.
import type { JobDetails, JobList, LogLine, ShownJob } from "../../app/jobs/overview.ts";
import { formatDuration } from "../../core/units.ts";
import {
  dollars,
  type Failure,
  isEnded,
  type JobEvent,
  type UnitProgress,
} from "../../store/index.ts";
import { pairs, table } from "./table.ts";

const percent = (share: number): string => `${Math.floor(100 * share)} %`;

/** How far it is, in what it counts: `step 40/120, loss 1.2345`. */
function countsText({ units, inHand: [told], share }: ShownJob): string {
  if (units.total !== 1) return `${units.done}/${units.total}, ${percent(share)}`;
  if (told === undefined) return units.done === 1 ? "done" : "-";
  return partText(told);
}

/** How far one unit is by itself. */
export function partText({ done, total, of, phase, figures }: UnitProgress): string {
  const loss = figures?.["loss"] ?? null;
  const told = loss === null ? "" : `, loss ${loss.toPrecision(4)}`;
  return `${done}/${total} ${of}${told}${phase === undefined ? "" : `, ${phase}`}`;
}

/** As a person sees it: one that goes on, but that nobody works on, waits for a worker. */
export const statusText = ({ status, isWorkedOn }: ShownJob): string =>
  status === "running" && !isWorkedOn ? "waiting" : status;

const leftText = ({ secondsLeft, status }: ShownJob): string | null =>
  isEnded(status) || secondsLeft === null ? null : formatDuration(secondsLeft);

const costText = ({ spent }: ShownJob): string | null => (spent === 0 ? null : dollars(spent));

/** The line that moves. */
export function progressText(job: ShownJob): string {
  const { rate, units } = job;
  const speed = rate === null || units.total === 1 ? [] : [`${rate.toFixed(rate < 10 ? 1 : 0)}/s`];
  const left = leftText(job);
  const failed = units.failed === 0 ? [] : [`${units.failed} failed`];
  return [
    statusText(job),
    countsText(job),
    ...failed,
    ...speed,
    ...[costText(job)].filter((text) => text !== null),
    ...(left === null || job.status !== "running" ? [] : [`${left} left`]),
  ].join(", ");
}

const needsWorker = ({ status, isWorkedOn, isQueued }: ShownJob): boolean =>
  isQueued && !isWorkedOn && (status === "pending" || status === "running");

export function listText({ jobs, workers }: JobList): string {
  if (jobs.length === 0) {
    return "No jobs. ft train start MODEL DATA --queue puts a training into the queue.";
  }
  const rows = table(jobs, [
    { title: "JOB", value: ({ id }) => id },
    { title: "KIND", value: ({ kind }) => kind },
    { title: "STATUS", value: statusText },
    { title: "PROGRESS", value: countsText },
    { title: "LEFT", value: leftText },
    { title: "COST", value: costText },
    { title: "WHAT", value: ({ title, error }) => (error === null ? title : `${title}: ${error}`) },
  ]);
  const waits = workers === 0 && jobs.some(needsWorker);
  return waits ? `${rows}\n\nNobody works on them now: ft jobs work does.` : rows;
}

const time = (at: number): string =>
  new Date(at).toISOString().replace("T", " ").replace(/\..*/, "");

export const logText = ({ at, level, message }: LogLine): string =>
  `${time(at)}  ${level === "info" ? "" : `${level}: `}${message}`;

function failureText({ key, status, attempts, reason, code, hint }: Failure): string {
  const again = status === "ready" ? ", tried again" : "";
  const name = code === null ? "" : `${code} `;
  const help = hint === null ? "" : `\n    hint: ${hint}`;
  return `  ${key} (try ${attempts}${again}): ${name}${reason}${help}`;
}

const optionalPair = (name: string, value: string | null): [string, string][] =>
  value === null ? [] : [[name, value]];

/** What goes on with it, where that is not the queue's worker. */
function howOn(job: ShownJob): string[] {
  if (isEnded(job.status) || job.isQueued || job.isWorkedOn) return [];
  return ["", "It goes on when the command that made it is run again."];
}

export function detailsText({ job, failures, log }: JobDetails): string {
  const about = pairs(
    [
      ["Job", job.id],
      ["Kind", job.kind],
      ["What", job.title],
      ["Status", statusText(job)],
      ["Progress", countsText(job)],
      ...optionalPair("Time left", leftText(job)),
      ...optionalPair("Cost", costText(job)),
      ["Priority", String(job.priority)],
      ["Made", time(job.createdAt)],
      ...optionalPair("Begun", job.startedAt === null ? null : time(job.startedAt)),
      ...optionalPair("Ended", job.finishedAt === null ? null : time(job.finishedAt)),
      ...optionalPair("Result", job.result === null ? null : JSON.stringify(job.result)),
      ...optionalPair("Error", job.error),
    ],
    "",
  );
  const failed = failures.length === 0 ? [] : ["", "Failures:", ...failures.map(failureText)];
  const lines = log.length === 0 ? [] : ["", "Log:", ...log.map((line) => `  ${logText(line)}`)];
  return [about, ...failed, ...lines, ...howOn(job)].join("\n");
}

interface Why {
  key: string;
  reason: string;
  code?: string;
  hint?: string;
}

function whyText({ key, reason, code, hint }: Why): string {
  const help = hint === undefined ? "" : `\n  hint: ${hint}`;
  return `${key}: ${code === undefined ? "" : `${code} `}${reason}${help}`;
}

type Lines = { [T in JobEvent["type"]]?: (data: Extract<JobEvent, { type: T }>["data"]) => string };

/** What the moving line does not tell. */
const lines: Lines = {
  log: ({ level, message }) => (level === "info" ? message : `${level}: ${message}`),
  "unit-failed": (data) => `failed ${whyText(data)}`,
  "unit-retried": (data) => `tried again in ${formatDuration(data.delay / 1000)} ${whyText(data)}`,
  "unit-lost": (data) => `lost ${whyText(data)}`,
  "job-started": () => "started",
  "job-paused": ({ reason, hint }) =>
    ["paused", reason].filter(Boolean).join(": ") + (hint === undefined ? "" : `\n  hint: ${hint}`),
  "job-resumed": () => "resumed",
  "job-retried": () => "tried again",
  "job-cancelled": () => "cancelled",
  "job-completed": () => "completed",
  "job-failed": ({ reason }) => `failed: ${reason}`,
};

/** An event as a line; undefined for what is not told as one. */
export function eventText({ type, data }: JobEvent): string | undefined {
  const line = lines[type] as ((of: JobEvent["data"]) => string) | undefined;
  return line?.(data);
}
