// Jobs of the fake hub: a container is a process of this machine, started with the command, variables and secrets that were
// sent. Answers as huggingface.co does where its Python client looks: hardware, start, list by label, status, log, cancel.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FakeAccount } from "./fake-hub-uploads.ts";

interface Spec {
  command: string[];
  arguments: string[];
  environment: Record<string, string>;
  secrets?: Record<string, string>;
  flavor: string;
  timeoutSeconds?: number;
  labels?: Record<string, string>;
  dockerImage?: string;
  spaceId?: string;
}

export interface FakeJob {
  id: string;
  namespace: string;
  spec: Spec;
  stage: "SCHEDULING" | "RUNNING" | "COMPLETED" | "ERROR" | "CANCELED";
  message: string | null;
  lines: string[];
  begun: number | undefined;
  ended: number | undefined;
  process: ChildProcess | undefined;
}

export const hardware = [
  {
    ...{ name: "cpu-basic", prettyName: "CPU Basic", cpu: "2 vCPU", ram: "16 GB" },
    ...{ ephemeralStorage: "20 GB", accelerator: null },
    ...{ unitCostMicroUSD: 167, unitCostUSD: 0.000167, unitLabel: "minute" },
  },
  {
    ...{ name: "t4-small", prettyName: "Nvidia T4 - small", cpu: "4 vCPU", ram: "15 GB" },
    ...{ ephemeralStorage: "50 GB", unitCostMicroUSD: 6667, unitCostUSD: 0.006667 },
    unitLabel: "minute",
    accelerator: {
      ...{ type: "gpu", model: "T4", quantity: "1", vram: "16 GB", manufacturer: "Nvidia" },
    },
  },
];

export class FakeJobs {
  readonly jobs: FakeJob[] = [];
  /** What each start was sent, as it came. */
  readonly requests: string[] = [];
  /** Keeps jobs waiting for a machine. */
  isFull = false;
  /** Refuses to start, with this status. */
  refusal: number | undefined;
  /** Starts the next job and breaks off before the answer. */
  losesAnswer = false;
  /** Lines of a log that are never told. */
  loses: (line: string) => boolean = () => false;
  /** Ends each log stream after so many lines, once each number. */
  breaksAfter: number[] = [];
  /** Leaves a log open though its job has ended. */
  staysOpen = false;
  readonly #watchers = new Set<() => void>();

  /** Whether a question is one about jobs; then it is answered. */
  answer(
    request: IncomingMessage,
    response: ServerResponse,
    account: FakeAccount | undefined,
  ): boolean {
    const { pathname: path, searchParams } = new URL(request.url ?? "", "http://hub");
    if (!path.startsWith("/api/jobs/")) return false;
    const say = (body: unknown, status = 200): void =>
      void response
        .writeHead(status, { "content-type": "application/json" })
        .end(JSON.stringify(body));
    if (account === undefined) return (say({ error: "Invalid username or password." }, 401), true);
    if (path === "/api/jobs/hardware") return (say(hardware), true);
    const [namespace = "", id, route] = path.slice("/api/jobs/".length).split("/");
    if (![account.name, ...(account.organizations ?? [])].includes(namespace))
      return (say({ error: "You cannot use this namespace" }, 403), true);
    const job = this.jobs.find((each) => each.id === id);
    if (id === undefined && request.method === "POST")
      void this.#start(namespace, request, response);
    else if (id === undefined) say(this.#labelled(namespace, searchParams.getAll("label")));
    else if (job === undefined) say({ error: "Job not found" }, 404);
    else if (route === undefined) say(told(job));
    else if (route === "logs") this.#log(job, response);
    else if (route === "cancel") say((this.#cancel(job), told(job)));
    else say({ error: "no such door" }, 404);
    return true;
  }

  #labelled(namespace: string, labels: string[]): object[] {
    const fits = ({ spec, ...job }: FakeJob): boolean =>
      job.namespace === namespace &&
      labels.every((label) => {
        const [key = "", value] = label.split("=");
        return spec.labels?.[key] === value;
      });
    return this.jobs.filter(fits).toReversed().map(told);
  }

  async #start(namespace: string, request: IncomingMessage, response: ServerResponse) {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const text = Buffer.concat(parts).toString();
    this.requests.push(text);
    if (this.refusal !== undefined) {
      const error = "Pre-paid credit balance is insufficient";
      response.writeHead(this.refusal, { "x-error-message": error }).end(JSON.stringify({ error }));
      return;
    }
    const job: FakeJob = {
      ...{ id: randomBytes(12).toString("hex"), namespace, spec: JSON.parse(text) as Spec },
      ...{ stage: "SCHEDULING", message: null, lines: [] },
      ...{ begun: undefined, ended: undefined, process: undefined },
    };
    this.jobs.push(job);
    if (!this.isFull) this.#run(job);
    if (this.losesAnswer) {
      this.losesAnswer = false;
      return void response.destroy();
    }
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(told(job)));
  }

  #run(job: FakeJob): void {
    const { command, environment, secrets = {} } = job.spec;
    const [program = "", ...args] = command;
    const env = { PATH: process.env["PATH"], ...environment, ...secrets };
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    Object.assign(job, { process: child, stage: "RUNNING", begun: Date.now() });
    job.lines.push("===== Job started at 2026-11-27 12:00:00 =====");
    const rests = new Map<object, string>();
    const take = (stream: object) => (part: Buffer) => {
      const lines = ((rests.get(stream) ?? "") + part.toString()).split("\n");
      rests.set(stream, lines.pop() ?? "");
      job.lines.push(...lines.filter((line) => !this.loses(line)));
      for (const look of this.#watchers) look();
    };
    for (const stream of [child.stdout, child.stderr]) stream.on("data", take(stream));
    child.once("close", (code) => {
      if (job.stage === "RUNNING") job.stage = code === 0 ? "COMPLETED" : "ERROR";
      job.ended = Date.now();
      if (code !== 0) job.message = `Job failed with exit code: ${code}`;
      for (const look of this.#watchers) look();
    });
  }

  /** As the hub sends it: an event a line, all from the first. */
  #log(job: FakeJob, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": keep-alive\n\n");
    const breaksAfter = this.breaksAfter.shift() ?? Number.POSITIVE_INFINITY;
    let at = 0;
    const look = (): void => {
      for (; at < job.lines.length; at++) {
        if (at >= breaksAfter) return void response.destroy();
        const entry = { data: job.lines[at], timestamp: "2026-11-27T12:00:00.000Z" };
        response.write(`event: log\ndata: ${JSON.stringify(entry)}\n\n`);
      }
      if (job.ended !== undefined && !this.staysOpen) response.end();
    };
    this.#watchers.add(look);
    response.once("close", () => this.#watchers.delete(look));
    look();
  }

  #cancel(job: FakeJob): void {
    job.stage = "CANCELED";
    job.ended = Date.now();
    job.process?.kill("SIGTERM");
  }

  stop(): void {
    for (const { process: child } of this.jobs) child?.kill("SIGKILL");
  }
}

function told({ spec, ...job }: FakeJob): object {
  const seconds = (end = Date.now()): number =>
    job.begun === undefined ? 0 : Math.round((end - job.begun) / 1000);
  return {
    ...{ id: job.id, type: "job", createdAt: "2026-11-27T12:00:00.000Z" },
    owner: { id: "1", name: job.namespace, type: "user" },
    ...{ command: spec.command, arguments: spec.arguments, environment: spec.environment },
    ...{ flavor: spec.flavor, labels: spec.labels ?? {} },
    ...{ dockerImage: spec.dockerImage, spaceId: spec.spaceId },
    secrets: Object.keys(spec.secrets ?? {}),
    status: { stage: job.stage, message: job.message },
    durations: {
      ...{ schedulingSecs: 1, totalSecs: 1 + seconds(job.ended) },
      runningSecs: job.begun === undefined ? null : seconds(job.ended),
    },
  };
}
