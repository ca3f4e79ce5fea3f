// A studio in this process, on free ports, over a store of its own; ended with the test. Works on no jobs
// unless told to.
import { onTestFinished } from "vitest";
import { type RunningStudio, startStudio, type StudioOptions } from "../../src/studio/index.ts";
import { makeFolder } from "./folders.ts";
import { OpenApiClient } from "./openapi-client.ts";

export interface TestStudio extends RunningStudio {
  home: string;
  client: OpenApiClient;
  /** A request with the token. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

export async function testStudio(
  options: Partial<StudioOptions> & { home?: string } = {},
): Promise<TestStudio> {
  const { home = makeFolder(), environment = {}, ...more } = options;
  const running = await startStudio({
    ...{ port: 0, apiPort: 0, keepsLogLevel: true, works: false },
    ...more,
    environment: { FT_HOME: home, FT_KEYCHAIN: "off", PATH: process.env["PATH"], ...environment },
  });
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (!isClosed) await running.close();
    isClosed = true;
  };
  onTestFinished(close);
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (!headers.has("authorization")) headers.set("authorization", `Bearer ${running.token}`);
    return await fetch(`${running.apiUrl}${path}`, { ...init, headers });
  };
  return { ...running, close, home, ask, client: await OpenApiClient.of(running) };
}
