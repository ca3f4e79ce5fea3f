// What a client still sends of a body that was refused. Most clients read no answer before they have sent all, and would
// only see a broken connection: so it is taken and thrown away, up to a limit.
import type { IncomingMessage } from "node:http";

/** Bytes and milliseconds that a refused body is read on for. */
const [mostBytes, longest] = [256 * 1024 * 1024, 3000];

/** Resolves when the body is over, or is not worth waiting for. */
export async function discardRest(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return;
  await new Promise<void>((resolve) => {
    let bytes = 0;
    const count = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > mostBytes) end();
    };
    const timer = setTimeout(end, longest);
    function end(): void {
      clearTimeout(timer);
      request.off("data", count);
      resolve();
    }
    for (const event of ["end", "close", "error"]) request.once(event, end);
    request.on("data", count);
  });
}
