// The API as pages ask it: typed from its own OpenAPI document (generated.d.ts, made by dev/api-types.ts), errors as
// ApiFault, answers kept and shared by TanStack Query. `$api.useQuery("get", "/api/v1/jobs", …)`.
import { QueryCache, QueryClient } from "@tanstack/react-query";
import createFetchClient from "openapi-fetch";
import createClient from "openapi-react-query";
import { ApiFault } from "./fault.ts";
import type { paths } from "./generated.d.ts";

const named = (name: string): string =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";

export const apiUrl = named("ft-api");
export const nonce = named("ft-nonce");

const send: typeof fetch = async (input, init) => {
  let answer: Response;
  try {
    answer = await fetch(input, init);
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    throw ApiFault.unreachable();
  }
  if (!answer.ok) throw await ApiFault.ofAnswer(answer);
  return answer;
};

/** For requests that are no JSON: uploads, streams. Throws ApiFault. */
export const request = async (path: string, init: RequestInit = {}): Promise<Response> =>
  await send(`${apiUrl}${path}`, { credentials: "include", ...init });

/** `api.POST("/api/v1/train", { body })`. Throws ApiFault, so that `data` is there. */
export const api = createFetchClient<paths>({
  baseUrl: apiUrl,
  credentials: "include",
  fetch: (asked) => send(asked),
});

export const $api = createClient(api);

const mayPass = (error: unknown): boolean => {
  const { status } = ApiFault.of(error);
  return status === 0 || status === 503 || status === 429;
};

export const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      // what is there no more is not shown, nor anything to press, as if it were
      if (ApiFault.of(error).status === 404) query.setState({ data: undefined });
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // a studio that starts again is waited for; what is refused is refused
      retry: (times, error) => mayPass(error) && times < 2,
      retryDelay: 700,
      // and asked once more for as long as it does not answer
      refetchInterval: ({ state }) => (state.error !== null && mayPass(state.error) ? 3000 : false),
      refetchOnWindowFocus: true,
    },
  },
});
