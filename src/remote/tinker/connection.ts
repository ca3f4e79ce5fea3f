// All calls to Tinker go through one connection, so that what a person should know of waiting is told in one place, and
// every failure becomes an error with a way on.
import type { z } from "zod";
import { unpaid, unreadable } from "./errors.ts";
import { type Answer, type Ask, jsonOf, TinkerHttp } from "./http.ts";
import type { Pause } from "./pause.ts";
import { Poll, type Reading, type TellNotice } from "./poll.ts";
import { Refusal } from "./refusal.ts";
import { PROTOCOL_VERSION, type TinkerSettings } from "./settings.ts";
import { AuthToken, ClientConfig, UntypedFuture } from "./wire/answers.ts";

export interface ConnectOptions {
  settings: TinkerSettings;
  /** Of this program, for the service's log. */
  version: string;
  signal?: AbortSignal | undefined;
  /** Told what a person who waits wants to know; the same thing once. */
  onNotice?: TellNotice | undefined;
  fetch?: typeof fetch | undefined;
  pause?: Pause | undefined;
  /** Milliseconds between two heartbeats. */
  heartbeat?: number | undefined;
}

/** Tries for what changes something at the service: some five minutes. */
const mutationRetries = 35;
const billingPause = 5000;
const jwtMargin = 5 * 60 * 1000;

/** When a signed web token ends, in milliseconds; never for what is none. */
function expiryOf(token: string): number {
  const [, payload] = token.split(".");
  try {
    const told: unknown = JSON.parse(Buffer.from(payload ?? "", "base64url").toString("utf8"));
    const { exp } = told as { exp?: number };
    return exp === undefined ? Infinity : exp * 1000;
  } catch {
    return Infinity;
  }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data;
  const [issue] = error.issues;
  throw unreadable(what, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}

export class Connection {
  readonly http: TinkerHttp;
  /** For what is asked before there is a token. */
  readonly #withKey: TinkerHttp;
  readonly #options: ConnectOptions;
  #jwt: { token: string; expires: number } | undefined;
  #exchanging: Promise<string> | undefined;
  #config = ClientConfig.parse({});
  #told = new Set<string>();

  constructor(options: ConnectOptions) {
    this.#options = options;
    const { settings, version, signal, fetch: ask, pause } = options;
    const how = {
      baseUrl: settings.baseUrl,
      userAgent: `ft/${version}`,
      signal,
      ...(ask && { fetch: ask }),
      ...(pause && { pause }),
      onRetry: (refusal: Refusal) => this.#tellRetry(refusal),
    };
    this.#withKey = new TinkerHttp({ ...how, token: () => Promise.resolve(settings.key) });
    this.http = new TinkerHttp({
      ...how,
      token: () => this.#token(),
      onRejectedToken: (token) => this.#rejected(token),
    });
  }

  get config(): ClientConfig {
    return this.#config;
  }

  get settings(): TinkerSettings {
    return this.#options.settings;
  }

  get heartbeat(): number {
    return this.#options.heartbeat ?? 10_000;
  }

  /** Asks what the service wants of its clients. */
  async configure(): Promise<void> {
    const body = { sdk_version: PROTOCOL_VERSION };
    const ask = { path: "/api/v1/client/config", body };
    this.#config = await this.call("its settings", ask, ClientConfig);
  }

  /** Once for each text, until `notice.forget` of what has passed. */
  notice(level: "info" | "warning", message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#options.onNotice?.(level, message);
  }

  /** It goes on: the same may be told again. */
  movesAgain(): void {
    this.#told.clear();
  }

  /** @throws FtError of what went wrong, with `what` as what was asked for. */
  async answer(what: string, ask: Ask): Promise<Answer> {
    return await this.#paid(what, async () => await this.http.ask(ask));
  }

  async call<T>(what: string, ask: Ask, schema: z.ZodType<T>): Promise<T> {
    return parsed(schema, jsonOf(await this.answer(what, ask), what), what);
  }

  /** As `call`, for what may not be lost: it is tried for minutes. Returns the id to ask the result by. */
  async submit(what: string, ask: Ask): Promise<string> {
    const asked = { retries: mutationRetries, ...ask };
    return (await this.call(what, asked, UntypedFuture)).request_id;
  }

  /** Waits for a result, however long it takes. @throws FtError; Refusal of kind gone where it is kept no more. */
  async result<T>(requestId: string, reading: Reading<T>): Promise<T> {
    const poll = new Poll(this, requestId, reading);
    return await this.#paid(reading.what, () => poll.wait(), "gone");
  }

  /** Asks again while the service wants to be paid, for as long as it says. */
  async #paid<T>(what: string, act: () => Promise<T>, left?: Refusal["kind"]): Promise<T> {
    const most = this.#config.billing_exception_max_pause_duration_sec * 1000;
    for (let waited = 0; ; waited += billingPause) {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (error.kind === left) throw error;
        if (error.kind !== "unpaid") throw error.told(what);
        if (waited >= most) throw unpaid(error.message, waited / 60_000);
        this.notice(
          "warning",
          `Tinker requires payment (${error.message}): the run waits, for ${Math.round(most / 60_000)} min at most; ` +
            "it goes on by itself once there is credit",
        );
        await this.http.pause(billingPause, this.http.signal);
      }
    }
  }

  #tellRetry({ kind, message, status }: Refusal): void {
    if (kind === "limited") this.notice("info", "Tinker's rate limit is reached; asking again");
    else if (kind === "taken")
      this.notice(
        "info",
        `Tinker is still busy with an earlier request (${message}); asking again`,
      );
    else
      this.notice(
        "warning",
        `Tinker does not answer (${status === 0 ? message : status}); asking again`,
      );
  }

  #rejected(token: string): boolean {
    if (this.#jwt?.token === token) this.#jwt = undefined;
    return this.#config.pjwt_auth_enabled;
  }

  async #token(): Promise<string> {
    const { key } = this.#options.settings;
    if (!this.#config.pjwt_auth_enabled) return key;
    if (this.#jwt !== undefined && this.#jwt.expires - jwtMargin > Date.now())
      return this.#jwt.token;
    this.#exchanging ??= this.#exchange().finally(() => (this.#exchanging = undefined));
    return await this.#exchanging;
  }

  /** The key for a token that lives shortly; asked with the key itself. */
  async #exchange(): Promise<string> {
    const what = "a token for the key";
    const ask = { path: "/api/v1/auth/token", body: {} };
    const answer = await this.#paid(what, () => this.#withKey.ask(ask));
    const { jwt: token } = parsed(AuthToken, jsonOf(answer, what), what);
    this.#jwt = { token, expires: expiryOf(token) };
    return token;
  }
}
