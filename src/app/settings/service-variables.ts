import type { Environment } from "../../core/paths.ts";
// Variables of services elsewhere, for `ft info --env`: of Tinker, and of the hub, as their own clients have them. Who reads
// them is remote/tinker/settings.ts and weights/hub-environment.ts; the latter reads no .env.
import { hubToken } from "../../weights/hub-environment.ts";

export interface ServiceVariable {
  about: string;
  usual?: string;
  /** Its value is never shown whole. */
  isSecret?: true;
  /** Counts in .env of the folder too. */
  inDotEnv?: true;
  /** What stands in for it, and from where. */
  instead?(environment: Environment): { value: string; source: "token file" } | undefined;
}

const ofTinker = { inDotEnv: true } as const;

export const serviceVariables: Readonly<Record<string, ServiceVariable>> = {
  TINKER_API_KEY: { ...ofTinker, about: "Key of Tinker", isSecret: true },
  TINKER_BASE_URL: { ...ofTinker, about: "Where Tinker answers, where that is not as usual" },
  TINKER_API_BASE: { ...ofTinker, about: "The same; TINKER_BASE_URL goes before it" },
  TINKER_PROJECT_ID: { ...ofTinker, about: "The project of Tinker that runs belong to" },
  TINKER_TAGS: { ...ofTinker, about: "Tags of sessions with Tinker, with commas between" },
  HF_TOKEN: {
    about: "Token of the hub",
    isSecret: true,
    instead(environment) {
      const value = hubToken(environment);
      return value === undefined ? undefined : { value, source: "token file" };
    },
  },
  HF_ENDPOINT: { about: "Where the hub answers", usual: "https://huggingface.co" },
  HF_HUB_OFFLINE: { about: "1: the hub is never asked; what is in its cache counts" },
  HF_HOME: { about: "Folder of the hub's cache and token", usual: "~/.cache/huggingface" },
  HF_HUB_CACHE: { about: "Folder of models and data sets of the hub", usual: "$HF_HOME/hub" },
  HF_TOKEN_PATH: { about: "The file that hf auth login writes", usual: "$HF_HOME/token" },
  HF_HUB_ETAG_TIMEOUT: {
    about: "Seconds that an answer of the hub may take to begin",
    usual: "10",
  },
  HF_HUB_DOWNLOAD_TIMEOUT: { about: "Seconds that a file of the hub may be silent", usual: "30" },
};
