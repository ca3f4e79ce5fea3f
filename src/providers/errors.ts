// The errors of asking services, as a person is told them: what happened and what mends it.
import { ConfigError, ProviderError, UsageError } from "../core/errors.ts";
import type { UnknownName } from "../core/registry.ts";
import type { FailureKind, ProviderFailure } from "./failures.ts";

export function unknownProvider({ name, known, nearest }: UnknownName): UsageError {
  const meant = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return new UsageError("FT-PROVIDER-001", {
    message: `there is no provider '${name}'${meant}`,
    hint: `--provider ${known.join(" | ")} | local`,
  });
}

export function missingKey(name: string, about: string, keys: readonly string[]): ConfigError {
  return new ConfigError("FT-PROVIDER-002", {
    message: `${about} needs a key, and ${keys.join(", ")} is not set in the environment or in .env`,
    hint: `${keys[0]}=… in .env, or another --provider (--provider local needs none); this was --provider ${name}`,
  });
}

export function missingAddress(name: string, variables: readonly string[]): UsageError {
  return new UsageError("FT-PROVIDER-003", {
    message: `the provider ${name} needs an address`,
    hint: `--base-url http://127.0.0.1:8000/v1, or ${variables.join(" or ")}`,
  });
}

export function badAddress(address: string): UsageError {
  return new UsageError("FT-PROVIDER-004", {
    message: `'${address}' is not the address of a service`,
    hint: "--base-url http://HOST:PORT/v1 or https://HOST/v1",
  });
}

export function missingModel(name: string, known: readonly string[]): UsageError {
  const has = known.length === 0 ? "" : `; it has ${known.slice(0, 8).join(", ")}`;
  return new UsageError("FT-PROVIDER-005", {
    message: `no model of ${name} is given${has}`,
    hint: `--model ${known[0] ?? "NAME"}`,
  });
}

interface Said {
  code: string;
  hint: (who: { name: string; keys: readonly string[]; host: string; models: string }) => string;
}

const SAID: Readonly<Record<FailureKind, Said>> = {
  limited: {
    code: "FT-PROVIDER-010",
    hint: () => "Run the same command again later, or with a lower --concurrency",
  },
  unavailable: {
    code: "FT-PROVIDER-011",
    hint: () => "Run the same command again later; what was answered is not asked again",
  },
  unreachable: {
    code: "FT-PROVIDER-012",
    hint: ({ name, host }) =>
      name === "ollama"
        ? "Start it with: ollama serve"
        : `check that ${host} answers from this machine`,
  },
  silent: {
    code: "FT-PROVIDER-013",
    hint: () => "give a longer --timeout SECONDS, or a lower --concurrency",
  },
  unreadable: {
    code: "FT-PROVIDER-014",
    hint: ({ name }) => `check that --base-url is an address of ${name}`,
  },
  forbidden: {
    code: "FT-PROVIDER-015",
    hint: ({ keys }) => `Put a valid key into ${keys[0] ?? "the environment"} (or .env)`,
  },
  unpaid: {
    code: "FT-PROVIDER-016",
    hint: ({ name }) => `Add credit at ${name}, then run the same command again`,
  },
  unknown: {
    code: "FT-PROVIDER-017",
    hint: ({ name, models }) =>
      name === "ollama" ? `ollama pull ${models}` : "use another --model, or another --base-url",
  },
  rejected: { code: "FT-PROVIDER-018", hint: () => "use another --model, or fewer --max-tokens" },
  weakened: { code: "FT-PROVIDER-018", hint: () => "use another --model" },
  redirected: {
    code: "FT-PROVIDER-019",
    hint: () => "give the address that it redirects to: --base-url",
  },
};

/** What a person is told of a failure. */
export function explained(
  failure: ProviderFailure,
  who: { name: string; keys: readonly string[]; host: string; models: readonly string[] },
): ProviderError {
  const { code, hint } = SAID[failure.kind];
  return new ProviderError(code, {
    message: `${who.name} (${who.host}): ${failure.message}`,
    hint: hint({ ...who, models: who.models.join(", ") }),
    cause: failure,
  });
}

/** What mends it where a job waits for an answer: whoever reads it may have no command line before them. */
const MENDS: Readonly<Record<FailureKind, string>> = {
  limited: "Retry the job later, or start one with fewer concurrent requests",
  unavailable: "Retry the job later; rows that have an answer are not requested again",
  unreachable: "Check that the service is running and its URL is right, then retry the job",
  silent: "Check that the service works, or use fewer concurrent requests, then retry the job",
  unreadable: "Check that the URL is that of this service, then retry the job",
  forbidden:
    "Set a valid key for the service in the settings or the environment, then resume the job",
  unpaid: "Add credit at the service, then resume the job",
  unknown: "Set a model that the service has, and its URL, in the settings, then resume the job",
  rejected: "Start the job with another model, or with shorter answers",
  weakened: "Start the job with another model",
  redirected: "Set the final URL of the service in the settings, then resume the job",
};

/** What is kept of a failure with a job. */
export function explainedInJob({ kind, message }: ProviderFailure): ProviderError {
  return new ProviderError(SAID[kind].code, { message, hint: MENDS[kind] });
}
