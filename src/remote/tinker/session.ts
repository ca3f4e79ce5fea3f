// A session at Tinker: opened once, kept alive by a heartbeat until it is closed. Models and samplers belong to one.
import { Connection, type ConnectOptions } from "./connection.ts";
import { Refusal } from "./refusal.ts";
import { PROTOCOL_VERSION } from "./settings.ts";
import { CreatedSession } from "./wire/answers.ts";

const missedHeartbeats = 2 * 60 * 1000;

/** A connection with a session of its own, which lasts until `close`. */
export class Session {
  readonly connection: Connection;
  readonly id: string;
  readonly #beat: NodeJS.Timeout;
  #lastBeat = Date.now();
  #models = 0;
  #samplers = 0;

  private constructor(connection: Connection, id: string) {
    this.connection = connection;
    this.id = id;
    this.#beat = setInterval(() => void this.#heartbeat(), connection.heartbeat);
    this.#beat.unref();
  }

  static async open(options: ConnectOptions): Promise<Session> {
    const connection = new Connection(options);
    await connection.configure();
    const { tags, projectId } = options.settings;
    const body = {
      ...{ tags, user_metadata: {}, sdk_version: PROTOCOL_VERSION },
      ...(projectId !== undefined && { project_id: projectId }),
      type: "create_session",
    };
    const asked = { path: "/api/v1/create_session", body };
    const made = await connection.call("a session", asked, CreatedSession);
    const { info_message, warning_message, error_message } = made;
    if (info_message) connection.notice("info", info_message);
    for (const text of [warning_message, error_message])
      if (text) connection.notice("warning", text);
    return new Session(connection, made.session_id);
  }

  /** Numbers that the service knows models and samplers of a session by. */
  nextModel = (): number => this.#models++;
  nextSampler = (): number => this.#samplers++;

  close(): void {
    clearInterval(this.#beat);
  }

  async #heartbeat(): Promise<void> {
    try {
      await this.connection.http.ask({
        path: "/api/v1/session_heartbeat",
        body: { session_id: this.id, type: "session_heartbeat" },
        ...{ timeoutSeconds: 10, retries: 0 },
      });
      this.#lastBeat = Date.now();
    } catch (error) {
      if (error instanceof Refusal && error.kind === "gone") return this.close();
      const silent = Date.now() - this.#lastBeat;
      if (silent > missedHeartbeats)
        this.connection.notice(
          "warning",
          `no heartbeat has reached Tinker for ${Math.round(silent / 60_000)} min: if that lasts, it ends the session`,
        );
    }
  }
}
