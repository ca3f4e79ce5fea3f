// The errors of work on Tinker, as a person is told them: what happened, and what mends it.
import { ConfigError, ExitCode, FtError, ProviderError, UsageError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";

export const KEY_VARIABLE = "TINKER_API_KEY";
export const ADDRESS_VARIABLES = ["TINKER_BASE_URL", "TINKER_API_BASE"] as const;
const CONSOLE = "https://tinker-console.thinkingmachines.ai";

export function missingKey(): FtError {
  return new FtError("FT-REMOTE-001", {
    message: `Tinker needs a key, and ${KEY_VARIABLE} is not set in the environment or in .env`,
    hint: `${KEY_VARIABLE}=tml-… in .env; keys are made at ${CONSOLE}`,
  });
}

export function noKey(): ConfigError {
  return new ConfigError("FT-REMOTE-002", {
    message: `${KEY_VARIABLE} is not a Tinker key: those begin with tml-`,
    hint: `Copy the key again from ${CONSOLE}`,
  });
}

export function badAddress(variable: string, reason: string): ConfigError {
  return new ConfigError("FT-REMOTE-003", {
    message: `${variable} is not the address of a service: ${reason}`,
    hint: `${variable}=https://HOST/PATH, or leave it out for Tinker itself`,
  });
}

export function forbidden(said: string): ProviderError {
  return new ProviderError("FT-REMOTE-004", {
    message: `Tinker does not accept the key (${said})`,
    hint: `Check ${KEY_VARIABLE}: keys are created and revoked at ${CONSOLE}`,
  });
}

export function unpaid(said: string, minutes: number): ProviderError {
  const waited = minutes < 1 ? "" : `; it was asked again for ${Math.round(minutes)} min`;
  return new ProviderError("FT-REMOTE-005", {
    message: `Tinker requires payment (${said})${waited}`,
    hint: `Add credit at ${CONSOLE}, then run ft remote train --resume FOLDER`,
  });
}

export function limited(said: string): ProviderError {
  return new ProviderError("FT-REMOTE-006", {
    message: `Tinker's rate limit is reached (${said})`,
    hint: "Run the same command again later; a run continues with ft remote train --resume FOLDER",
  });
}

export function notThere(what: string, said: string): ProviderError {
  return new ProviderError("FT-REMOTE-007", {
    message: `Tinker does not have ${what} (${said})`,
    hint: "ft remote runs and ft remote checkpoints list what is there",
  });
}

export function taken(what: string, said: string): ProviderError {
  return new ProviderError("FT-REMOTE-008", {
    message: `${what} is already in use at Tinker (${said})`,
    hint: "Run ft remote train --resume FOLDER: it begins a run of another name from the last checkpoint",
  });
}

export function gone(what: string): ProviderError {
  return new ProviderError("FT-REMOTE-009", {
    message: `Tinker has discarded ${what}: its session has ended or expired`,
    hint: "Run ft remote train --resume FOLDER: it goes on from the last checkpoint",
  });
}

export function unreachable(said: string): ProviderError {
  return new ProviderError("FT-REMOTE-010", {
    message: `Tinker could not be reached (${said})`,
    hint: "Check the connection, then run the same command again; a run continues with ft remote train --resume FOLDER",
  });
}

export function refused(what: string, said: string): ProviderError {
  return new ProviderError("FT-REMOTE-011", {
    message: `Tinker refuses ${what}: ${said}`,
    hint: "Fix what it names, then run the command again",
  });
}

export function failed(what: string, said: string): ProviderError {
  return new ProviderError("FT-REMOTE-012", {
    message: `${what} failed at Tinker: ${said}`,
    hint: "Run ft remote train --resume FOLDER: it goes on from the last checkpoint",
  });
}

export function unreadable(what: string, reason: string): ProviderError {
  return new ProviderError("FT-REMOTE-013", {
    message: `Cannot read Tinker's answer to ${what}: ${reason}`,
    hint: `Check that ${ADDRESS_VARIABLES[0]} names a Tinker service; services from before 2026 need --wire json`,
  });
}

export function badUri(text: string): UsageError {
  return new UsageError("FT-REMOTE-014", {
    message: `'${text}' is not a checkpoint address`,
    hint: "tinker://RUN/weights/NAME, or tinker://RUN/sampler_weights/NAME: ft remote checkpoints lists them",
  });
}

export function noModel(asked: string, offered: readonly string[]): UsageError {
  return new UsageError("FT-REMOTE-015", {
    message: `Tinker does not train ${asked}`,
    problems: offered.length === 0 ? [] : [`it offers ${offered.join(", ")}`],
    hint: offered[0] === undefined ? "ft remote models" : `--base-model ${offered[0]}`,
  });
}

export function unsafeArchive(name: string, reason: string): FtError {
  return new FtError("FT-REMOTE-016", {
    message: `the archive of the checkpoint is not safe to unpack: ${JSON.stringify(name)} ${reason}`,
    hint: "nothing was written; save the checkpoint again at the service, and report this to its owner",
    exitCode: ExitCode.malformedWeights,
  });
}

export function badDownload(reason: string): ProviderError {
  return new ProviderError("FT-REMOTE-017", {
    message: `the checkpoint could not be fetched: ${reason}`,
    hint: "Run the same command again; nothing half written is left",
  });
}

export function nothingMatches(pattern: string): UsageError {
  return new UsageError("FT-REMOTE-018", {
    message: `${pattern} names no run with a remote checkpoint`,
    hint: "Give a run folder, a pattern over run folders, or a tinker:// address: ft remote checkpoints",
  });
}

export function notRemote(folder: string): UsageError {
  return new UsageError("FT-REMOTE-019", {
    message: `${folder} is a run of this machine, not of Tinker`,
    hint: `ft train resume ${shellWord(folder)}`,
  });
}

export function isRemote(folder: string): UsageError {
  return new UsageError("FT-REMOTE-020", {
    message: `${folder} is a run at Tinker`,
    hint: `ft remote train --resume ${shellWord(folder)}`,
  });
}

export function lossNotFinite(step: number): FtError {
  return new FtError("FT-REMOTE-022", {
    message: `the loss became infinite or undefined in step ${step}; the model at the service has taken that step`,
    hint: "Start again with a lower --learning-rate, from a checkpoint before it: --resume tinker://…",
  });
}

export function badRank(rank: number): UsageError {
  return new UsageError("FT-REMOTE-023", {
    message: `Tinker takes ranks that are powers of two, not ${rank}`,
    hint: `--rank ${2 ** Math.max(0, Math.round(Math.log2(rank)))}`,
  });
}

export function nothingLeft(step: number, total: number): UsageError {
  return new UsageError("FT-REMOTE-024", {
    message: `the checkpoint is at step ${step}, and the run has only ${total} steps`,
    hint: `--max-steps ${step + 100}, or a --resume of an earlier checkpoint`,
  });
}

/** Whether what was asked for is not there, or the service has no such call. */
export const isMissing = (error: unknown): boolean =>
  error instanceof FtError && error.code === "FT-REMOTE-007";
