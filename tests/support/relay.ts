// A line between two programs over TCP that can be slow, stand still, or break: what goes in comes out later, never, or
// the two ends are closed.
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export type LineState = { delayMilliseconds: number } | "still" | "cut";

export class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #state: LineState = { delayMilliseconds: 0 };
  /** Where it leads, "IP:PORT", for connections from now on. */
  target = "";
  /** Bytes that came in. */
  bytes = 0;

  constructor() {
    this.#server = createServer((near) => {
      near.pause();
      near.on("error", () => undefined);
      void this.#reach().then((far) => {
        this.#join(near, far);
        this.#join(far, near);
        near.resume();
      });
    });
  }

  /** Who is reached may begin to listen a little later. */
  async #reach(): Promise<Socket> {
    const [host = "", port = ""] = this.target.split(":");
    for (;;) {
      const far = connect({ host, port: Number(port) });
      const isReached = await new Promise((resolve) => {
        far.once("connect", () => resolve(true));
        far.once("error", () => resolve(false));
      });
      if (isReached === true) return far;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const { port } = this.#server.address() as { port: number };
    return `127.0.0.1:${port}`;
  }

  become(state: LineState): void {
    this.#state = state;
    if (state === "cut") for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on("error", () => to.destroy());
    from.on("close", () => this.#closeAfter(to));
    from.on("data", (chunk: Buffer) => {
      this.bytes += chunk.length;
      const state = this.#state;
      if (typeof state === "string") return;
      setTimeout(() => {
        if (this.#state !== "still" && to.writable) to.write(chunk);
      }, state.delayMilliseconds);
    });
  }

  /** What is still on its way arrives before the line ends, as it would over a slow network. */
  #closeAfter(to: Socket): void {
    const state = this.#state;
    if (typeof state === "string") to.destroy();
    else setTimeout(() => to.end(), state.delayMilliseconds);
  }
}
