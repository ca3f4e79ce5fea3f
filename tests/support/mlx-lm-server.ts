// A server of mlx-lm on a free port of the loopback, for what is compared with ours. Ends with whoever started it: kill
// its process. What it is asked is the caller's.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

export interface MlxLmServer {
  url: string;
  process: ChildProcess;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

async function untilAnswers(url: string): Promise<void> {
  const until = performance.now() + 300_000;
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return;
    if (performance.now() > until) throw new Error(`${url} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Ready when this returns. `env` stands over this process's. */
export async function startMlxLmServer(
  python: string,
  model: string,
  env: Readonly<Record<string, string>> = {},
): Promise<MlxLmServer> {
  const port = await freePort();
  const where = ["--host", "127.0.0.1", "--port", String(port)];
  const args = ["-m", "mlx_lm", "server", "--model", model, ...where, "--log-level", "ERROR"];
  const started = spawn(python, args, {
    stdio: "ignore",
    env: { ...process.env, HF_HUB_OFFLINE: "1", ...env },
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilAnswers(`${url}/health`);
  } catch (error) {
    started.kill();
    throw error;
  }
  return { url, process: started };
}
