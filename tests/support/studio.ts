// A studio in this process, on free ports, over a store of its own; ended with the test. Works on no jobs
// unless told to.
import { inject, onTestFinished } from "vitest";
import { type RunningStudio, startStudio, type StudioOptions } from "../../src/studio/index.ts";
import { makeFolder } from "./folders.ts";
import { storeAt } from "./open-stores.ts";
import { OpenApiClient } from "./openapi-client.ts";

export interface TestStudio extends RunningStudio {
  home: string;
  /** What another process over the same store is given: of a run with a Postgres server, its address too. */
  environment: Record<string, string>;
  client: OpenApiClient;
  /** A request with the token. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

export async function testStudio(
  options: Partial<StudioOptions> & { home?: string } = {},
): Promise<TestStudio> {
  const { home = makeFolder(), environment = {}, ...more } = options;
  const own: Record<string, string> = {
    ...{ FT_HOME: home, FT_KEYCHAIN: "off" },
    ...(inject("postgresUrl") !== undefined && { DATABASE_URL: storeAt(home) }),
  };
  const running = await startStudio({
    ...{ port: 0, apiPort: 0, keepsLogLevel: true, works: false },
    ...more,
    environment: { ...own, PATH: process.env["PATH"], ...environment },
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
  return {
    ...running,
    close,
    home,
    environment: own,
    ask,
    client: await OpenApiClient.of(running),
  };
}
