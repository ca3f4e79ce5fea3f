// What can be wrong with a host, as a person is told it, each with what mends it.
import { ConfigError, DataError, FtError, ProviderError, UsageError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";

export function unknownHost(name: string, known: readonly string[], near?: string): UsageError {
  return new UsageError("FT-HOST-001", {
    message: `there is no host ${name}${near === undefined ? "" : `; did you mean ${near}?`}`,
    problems: known.length === 0 ? [] : [`known are ${known.join(", ")}`],
    hint: "ft remote hosts lists them; ft remote hosts add NAME adds one, and so does an entry in ~/.ssh/config",
  });
}

export function badHostName(name: string): UsageError {
  return new UsageError("FT-HOST-003", {
    message: `'${name}' is not a valid host name: it begins with a letter, a digit or _, and has no spaces`,
    hint: "ft remote hosts lists those that are known",
  });
}

export function unreachable(host: string, said: string): ProviderError {
  return new ProviderError("FT-HOST-004", {
    message: `${host} cannot be reached: ${said}`,
    hint: `ssh ${shellWord(host)} true tells more; look at its address in hosts.yaml or ~/.ssh/config`,
  });
}

export function unknownKey(host: string, said: string): ProviderError {
  return new ProviderError("FT-HOST-005", {
    message: `this machine does not know the SSH key of ${host}: ${said}`,
    hint: `Compare its fingerprint with the one that its owner gives you, then accept it once: ssh ${shellWord(host)} true`,
  });
}

export function notLetIn(host: string, said: string): ProviderError {
  return new ProviderError("FT-HOST-006", {
    message: `${host} does not accept an SSH key of this user: ${said}`,
    hint: `ssh-copy-id ${shellWord(host)} installs your key there`,
  });
}

export function noProgram(host: string, command: string, said: string): FtError {
  return new FtError("FT-HOST-007", {
    message: `there is no working ft on ${host} (${command}): ${said}`,
    hint: "Set ft up there (./setup.sh, then make link), or give its path as ft: in the host's entry of hosts.yaml",
  });
}

export function otherVersion(host: string, there: string, here: string): FtError {
  return new FtError("FT-HOST-008", {
    message: `${host} has ft ${there}, and this machine has ft ${here}: they may not have the same settings`,
    hint: `Set ft ${here} up there (git pull && ./setup.sh), or name another ft as ft: in the host's entry of hosts.yaml`,
  });
}

export function nothingComputes(host: string, reason: string): FtError {
  return new FtError("FT-HOST-009", {
    message: `no backend works on ${host}: ${reason}`,
    hint: "ft info there says what is missing",
  });
}

export function noRoom(host: string, said: string): FtError {
  return new FtError("FT-HOST-010", {
    message: `the disk of ${host} is full: ${said}`,
    hint: "Make room there, or name a folder on another disk: folder: in its entry of hosts.yaml",
  });
}

export function failedThere(host: string, what: string, said: string): FtError {
  return new FtError("FT-HOST-011", {
    message: `${what} failed on ${host}: ${said}`,
    hint: `ft remote check ${shellWord(host)}`,
  });
}

export function endedSilently(host: string, said: string): FtError {
  return new FtError("FT-HOST-012", {
    message: `the run on ${host} ended without a result; its log ends with: ${said}`,
    hint: `Check the memory and the disk of ${host}; ft train resume continues from what is saved in the run's folder`,
  });
}

export function lostSight(host: string, said: string, output: string): ProviderError {
  return new ProviderError("FT-HOST-013", {
    message: `${host} has not answered for a long time (${said}); the run there continues`,
    hint: `ft remote follow ${shellWord(output)} connects to it again`,
  });
}

export function onlyEmits(host: string, kind: string): UsageError {
  return new UsageError("FT-HOST-014", {
    message: `${host} is a host of kind ${kind}: its own program starts runs there, not ft`,
    hint: "--emit FILE writes what that program reads",
  });
}

export function emitsNothing(host: string, kind: string): UsageError {
  return new UsageError("FT-HOST-015", {
    message: `${host} is a host of kind ${kind}: ft starts runs there itself and writes no file`,
    hint: "leave --emit out",
  });
}

export function notEmitted(file: string): UsageError {
  return new UsageError("FT-HOST-020", {
    message: `${file} exists, and --emit did not write it`,
    hint: "Give --emit another name, or remove that file",
  });
}

export function unknownRemoteRun(name: string): UsageError {
  return new UsageError("FT-HOST-016", {
    message: `${name} is not a run that was started on a host from this machine`,
    hint: "Give the folder that --output named; ft train start --on HOST starts one",
  });
}

export function unreadableEvent(host: string, line: string): DataError {
  return new DataError("FT-HOST-017", {
    message: `${host} sent something that is not an event of a run: ${JSON.stringify(line.slice(0, 120))}`,
    hint: `ft remote check ${shellWord(host)}`,
  });
}

export function damagedResult(host: string, files: readonly string[]): DataError {
  return new DataError("FT-HOST-018", {
    message: `files of the result differ from those on ${host}`,
    problems: files,
    hint: "ft remote follow fetches them again",
  });
}

export function badHosts(file: string, problems: readonly string[]): ConfigError {
  return new ConfigError("FT-HOST-002", {
    message: `${file} cannot be used as a list of hosts`,
    problems,
    hint: "docs/remote/hosts.md shows one; ft remote hosts lists the hosts that are",
  });
}

export function noHubToken(host: string): ConfigError {
  return new ConfigError("FT-HOST-021", {
    message: `${host} runs Hugging Face jobs, and no token is set`,
    hint: "create one that may write and start jobs at https://huggingface.co/settings/tokens, then: export HF_TOKEN=hf_…",
  });
}

export function unknownFlavor(
  host: string,
  flavor: string,
  known: readonly string[],
  near?: string,
): ConfigError {
  return new ConfigError("FT-HOST-022", {
    message: `${host}: the hub has no machine ${flavor}${near === undefined ? "" : `; did you mean ${near}?`}`,
    problems: [`it has ${known.join(", ")}`],
    hint: "flavor: in its entry of hosts.yaml names one",
  });
}

export function publicExchange(host: string, repository: string): ConfigError {
  return new ConfigError("FT-HOST-023", {
    message: `${host}: ${repository} is public, and your data would be uploaded to it`,
    hint: "make it private on its page, or name another with repository: in its entry of hosts.yaml",
  });
}

export function jobsRefused(host: string, status: number | undefined, said: string): ProviderError {
  const hints: Readonly<Record<number, string>> = {
    401: "the hub does not accept the token: create a new one at https://huggingface.co/settings/tokens",
    402: "jobs are paid in advance: https://huggingface.co/settings/billing",
    403: "the token needs the right to start jobs, and the account a balance",
    404: "namespace: in its entry of hosts.yaml names an account or organization of yours",
  };
  return new ProviderError("FT-HOST-024", {
    message: `the hub refuses ${host}${status === undefined ? "" : ` (${status})`}: ${said}`,
    hint: hints[status ?? 0] ?? "try again later",
  });
}

export function hubSilent(host: string, said: string): ProviderError {
  return new ProviderError("FT-HOST-025", {
    message: `${host}: the hub cannot be reached: ${said}`,
    hint: "check the connection; HF_HUB_OFFLINE must not be set, and HF_ENDPOINT names a hub where it is",
  });
}

export function jobHasOther(there: string, here: string): FtError {
  return new FtError("FT-HOST-026", {
    message: `the job's image has ft ${there}, and the run was sent by ft ${here}: they may not have the same settings`,
    hint: `name an image with ft ${here}: image: or setup: in the host's entry of hosts.yaml`,
  });
}

export function unknownTask(repository: string, id: string): UsageError {
  return new UsageError("FT-HOST-027", {
    message: `${repository} holds no task ${id}`,
    hint: "ft train start --on HOST writes one and starts the job that reads it",
  });
}

export function hostExists(name: string, file: string): UsageError {
  return new UsageError("FT-HOST-028", {
    message: `${name} is in ${file} already`,
    hint: `ft remote hosts remove ${shellWord(name)} removes it; or change it there`,
  });
}

export function badHostSetting(name: string, problems: readonly string[]): UsageError {
  return new UsageError("FT-HOST-029", {
    message: `the entry for ${name} is not valid`,
    problems,
    hint: "docs/remote/hosts.md lists the keys of each kind: ft remote hosts add NAME KEY=VALUE…",
  });
}

export function hostElsewhere(name: string, from: string): UsageError {
  return new UsageError("FT-HOST-030", {
    message: `${name} is not in hosts.yaml: it is ${from === "built in" ? from : `named in ${from}`}`,
    hint: "ft remote hosts shows where each comes from",
  });
}

export function cannotSpeak(host: string): UsageError {
  return new UsageError("FT-RING-008", {
    message: `${host} starts runs with another program, so ft cannot reach a worker there`,
    hint: "--hosts takes machines that ssh reaches",
  });
}
