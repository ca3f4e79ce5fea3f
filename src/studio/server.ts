// The studio's two servers, for pages and for the API, over one store: started, told to whoever asked, ended in order.
import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { sweepIncoming } from "../app/data/sets/incoming.ts";
import { readAhead } from "../app/generation/read-ahead.ts";
import { productVersion } from "../app/info.ts";
import { startWorkerProcess, type WorkerHost } from "../app/jobs/worker-host.ts";
import { fileLeft } from "../app/platform/follow-files.ts";
import { type BadLine, startPlatform } from "../app/platform/index.ts";
import { jobsAtOnce } from "../app/settings/job-settings.ts";
import { platformSettings } from "../app/settings/platform-settings.ts";
import { variables } from "../app/settings/variables.ts";
import { trySubjects } from "../app/trying/subjects.ts";
import { Trials } from "../app/trying/trials.ts";
import { TryHost } from "../app/trying/try-host.ts";
import { UsageError } from "../core/errors.ts";
import { logger } from "../core/logger.ts";
import { type Environment, ftHome } from "../core/paths.ts";
import { systemError } from "../core/system-errors.ts";
import { withDotEnv } from "../providers/environment.ts";
import { ApiError } from "../serve/http/api-error.ts";
import type { Access } from "../serve/http/guards.ts";
import { openStore, type Store, storePath } from "../store/index.ts";
import { docsPage } from "./docs-page.ts";
import { EventHub } from "./event-hub.ts";
import { buildApp } from "./http/app.ts";
import { readForms } from "./http/forms.ts";
import { sendPage } from "./http/headers.ts";
import { mount } from "./http/mount.ts";
import { StudioMetrics } from "./metrics.ts";
import { type DocumentFacts, openApiOf } from "./openapi.ts";
import { closedPage, mountPages, mountStyle, OPENING_PATH, OpeningKey } from "./pages.ts";
import { routeGroups } from "./routes/index.ts";
import { cookieValue, sessionSecret } from "./sessions.ts";
import { applyLogLevel, limitJobs, type Studio } from "./studio.ts";

export interface StudioOptions {
  environment: Environment;
  /** Of pages; 0 takes a free one. */
  port: number;
  /** Of the API; 0 takes a free one. */
  apiPort: number;
  /** Address to listen on; this machine alone unless said. */
  host?: string;
  /** Pages of these origins may ask too. */
  allowOrigin?: readonly string[];
  /** Bytes of an upload. */
  largestUpload?: number;
  /** Whether jobs are worked on, in a process beside this one; true unless said. */
  works?: boolean;
  /** The command line said how much is logged: settings do not. */
  keepsLogLevel?: boolean;
}

export interface RunningStudio {
  /** The link that gives a browser its cookie. */
  url: string;
  apiUrl: string;
  token: string;
  /** What the machine's network sees, in words; null where it sees nothing. */
  exposes: string | null;
  /** Ends both servers: no new jobs, units in hand given back, streams ended. */
  close(): Promise<void>;
}

const loopback = "127.0.0.1";
/** Milliseconds that streams have for their last words before connections are closed. */
const longestFarewell = 1000;
const largestUpload = 2 * 2 ** 30;

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);

const isEverywhere = (host: string): boolean => ["0.0.0.0", "::", "*"].includes(host);

function hostsOf(host: string): string[] {
  if (isEverywhere(host)) return ["*"];
  return [(host.includes(":") ? `[${host}]` : host).toLowerCase()];
}

function whyNot(cause: unknown): string {
  if ((cause as NodeJS.ErrnoException).code === "EADDRINUSE")
    return "another program listens there";
  return systemError(cause)?.message ?? String(cause);
}

async function listen(app: FastifyInstance, host: string, port: number, flag: string) {
  try {
    await app.listen({ host: host === "*" ? "0.0.0.0" : host, port });
  } catch (cause) {
    throw new UsageError("FT-STUDIO-001", {
      message: `the studio cannot listen on ${host}, port ${port}: ${whyNot(cause)}`,
      hint: `give another ${flag}, or ${flag} 0 for a free one`,
      cause,
    });
  }
  return (app.server.address() as AddressInfo).port;
}

function urlOf(host: string, port: number): string {
  const name = isEverywhere(host) ? loopback : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

function exposed(host: string): string | null {
  if (isLoopback(host)) return null;
  const where = isEverywhere(host) ? "every network of this machine" : host;
  return (
    `the studio listens on ${where}, without encryption: whoever has the token can read and change ` +
    "all datasets, start jobs and use the keys of providers"
  );
}

/** Where pages look for the API: what the front end's variable says, for ports that are mapped, or where it listens. */
function apiUrlFor({ environment }: StudioOptions, apiUrl: string): string {
  const named = environment["REACT_APP_API_URL"];
  if (named === undefined || !URL.canParse(named)) return apiUrl;
  return named.replace(/\/+$/, "").replace(/\/api$/, "");
}

function mountDocument(app: FastifyInstance, facts: () => DocumentFacts): void {
  app.get("/openapi.json", async () => openApiOf(routeGroups, facts()));
  mountStyle(app);
  app.get("/docs", async (_, reply) =>
    sendPage(reply, docsPage(openApiOf(routeGroups, facts())), { connect: [] }),
  );
}

interface Over {
  environment: Environment;
  store: Store;
  ending: AbortSignal;
  keepsLogLevel: boolean;
  worker: () => WorkerHost | undefined;
}

function studioOver({ environment, store, ending, keepsLogLevel, worker }: Over): Studio {
  return {
    ...{ environment, store, version: productVersion(), startedAt: performance.now(), ending },
    events: new EventHub(store, ending),
    metrics: new StudioMetrics(),
    ...{ tryHost: new TryHost(), trials: new Trials() },
    requireOpen() {
      if (!ending.aborted) return;
      const headers = { "retry-after": "5" };
      throw new ApiError(503, { message: "the studio is ending", code: "ending", headers });
    },
    working: () => ({
      working: worker()?.isReady ?? false,
      problem: worker()?.problem?.message ?? null,
    }),
    async settingsChanged(settings) {
      await limitJobs(store.db, environment);
      if (!keepsLogLevel) applyLogLevel(settings, environment);
    },
  };
}

function whyRefused({ bad, badLines }: { bad: readonly BadLine[]; badLines: number }): string {
  const said = bad.slice(0, 3).map(({ line, field, why }) => {
    const words = field === "" ? why : `${field}: ${why}`;
    return line === 0 ? words : `line ${line}: ${words}`;
  });
  const more = badLines - said.length;
  return [...said, ...(more > 0 ? [`${more} more`] : [])].join("; ");
}

/** Files that crashes left behind are brought in step, and those that somebody put into the folder taken in. */
/** Files that the log names one by one. */
const mostNamed = 20;

async function takeInFiles(
  store: Store,
  environment: Environment,
  signal: AbortSignal,
): Promise<void> {
  await sweepIncoming(store, environment);
  const { files, found } = await startPlatform(store, environment, signal);
  for (const file of files.filter(({ state }) => state === "changed")) fileLeft(file);
  const mended = files.filter(({ state }) => state !== "changed");
  for (const { path, state } of mended.slice(0, mostNamed)) logger().info("file", { path, state });
  const more = mended.length - mostNamed;
  if (more > 0) logger().info("files", { more, state: "updated, too" });
  for (const one of found) {
    const { path, state } = one;
    if (state === "imported") logger().info("file", { path, state });
    else logger().warn("file", { path, state, why: whyRefused(one) });
  }
}

/** Milliseconds for which pages wait for files that were lost or put there: the rest goes on behind them. */
const longestTaking = 3000;

/** Throws what goes wrong at once; what goes wrong later is logged. The promise in what it gives ends with the work. */
async function begunTaking(work: Promise<void>): Promise<{ ended: Promise<void> }> {
  const isLate = Symbol();
  const first = await Promise.race([work, pause(longestTaking, isLate, { ref: false })]);
  if (first !== isLate) return { ended: work };
  logger().info("files", { state: "the rest is imported while the studio is open" });
  const ended = work.catch((error: unknown) =>
    logger().error("files could not be imported", { reason: error }),
  );
  return { ended };
}

/** As the worker's process is started with: also after a death, settings are those of then. */
function workerEnvironment(environment: Environment): Environment {
  return {
    ...environment,
    get MAX_CONCURRENT_JOBS() {
      return String(jobsAtOnce(environment));
    },
  };
}

/** Milliseconds after which headers of models are read: the first requests come before. */
const calm = 2000;

/** So that who can be tried is answered at once when it is first asked for. */
async function modelsAhead(signal: AbortSignal): Promise<void> {
  try {
    await pause(calm, undefined, { signal, ref: false });
    await trySubjects();
  } catch (error) {
    if (!signal.aborted) logger().warn("models could not be preloaded", { error: String(error) });
  }
}

/** Resolves when both servers listen. @throws UsageError FT-STUDIO-001; what opening the store throws. */
export async function startStudio(options: StudioOptions): Promise<RunningStudio> {
  const { host = loopback, port, apiPort } = options;
  const environment = withDotEnv(options.environment, process.cwd(), Object.keys(variables));
  const token = randomBytes(24).toString("base64url");
  const ownPorts: number[] = [];
  const access: Access = {
    ...{ hosts: isLoopback(host) ? [] : hostsOf(host), ownPorts, token },
    origins: (options.allowOrigin ?? []).map((one) => one.replace(/\/$/, "").toLowerCase()),
    command: "ft studio",
  };
  const store = await openStore(storePath(environment));
  const ending = new AbortController();
  const { keepsLogLevel = false } = options;
  let worker: WorkerHost | undefined;
  let taking: Promise<void> | undefined;
  const studio = studioOver({
    ...{ environment, store, ending: ending.signal, keepsLogLevel },
    worker: () => worker,
  });
  const api = buildApp({ access, onAnswered: (answered) => studio.metrics.count(answered) });
  const pages = buildApp({ access, openPaths: [OPENING_PATH, "/style.css"], closedPage });
  const close = async (): Promise<void> => {
    ending.abort();
    await studio.events.left(longestFarewell);
    await Promise.all([api.close(), pages.close(), worker?.close(), studio.tryHost.close()]);
    await taking;
    await store.close();
  };
  const ahead = readAhead(environment, ending.signal).catch((error: unknown) =>
    logger().warn("could not be preloaded", { error: String(error) }),
  );
  try {
    const begun = await begunTaking(takeInFiles(store, environment, ending.signal));
    taking = begun.ended;
    await studio.settingsChanged(platformSettings(environment));
    let apiUrl = "";
    readForms(api, {
      folder: join(ftHome(environment), "studio", "uploads"),
      largest: options.largestUpload ?? largestUpload,
    });
    mount(
      api,
      studio,
      routeGroups.flatMap(({ routes }) => routes),
    );
    mountDocument(api, () => ({
      version: studio.version,
      url: apiUrl,
      cookie: access.cookie ?? "",
    }));
    const opening = new OpeningKey();
    const apiAddress = (): string => apiUrlFor(options, apiUrl);
    await mountPages(pages, { opening, access, apiUrl: apiAddress });
    const apiAt = await listen(api, host, apiPort, "--api-port");
    apiUrl = urlOf(host, apiAt);
    const pagesAt = await listen(pages, host, port, "--port");
    ownPorts.push(apiAt, pagesAt);
    // cookies know no ports: two studios on one machine must not take each other's
    access.cookie = `ft-studio-${pagesAt}`;
    access.cookieValue = cookieValue(await sessionSecret(environment), pagesAt);
    if (options.works !== false) worker = startWorkerProcess(workerEnvironment(environment));
    await ahead;
    void modelsAhead(ending.signal);
    const url = `${urlOf(host, pagesAt)}${OPENING_PATH}?key=${opening.key}`;
    return { url, apiUrl, token, exposes: exposed(host), close };
  } catch (error) {
    await close();
    throw error;
  }
}
