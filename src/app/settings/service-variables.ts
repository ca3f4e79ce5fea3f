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
  TINKER_API_KEY: { ...ofTinker, about: "API key of Tinker", isSecret: true },
  TINKER_BASE_URL: { ...ofTinker, about: "URL of Tinker, to replace the default" },
  TINKER_API_BASE: { ...ofTinker, about: "Same as TINKER_BASE_URL, which overrides it" },
  TINKER_PROJECT_ID: { ...ofTinker, about: "Tinker project of the runs" },
  TINKER_TAGS: { ...ofTinker, about: "Tags of Tinker sessions, comma-separated" },
  HF_TOKEN: {
    about: "Access token of the Hugging Face Hub",
    isSecret: true,
    instead(environment) {
      const value = hubToken(environment);
      return value === undefined ? undefined : { value, source: "token file" };
    },
  },
  HF_ENDPOINT: { about: "URL of the Hub", usual: "https://huggingface.co" },
  HF_HUB_OFFLINE: { about: "1: never contact the Hub; use its cache only" },
  HF_HOME: { about: "Folder of the Hub's cache and token", usual: "~/.cache/huggingface" },
  HF_HUB_CACHE: { about: "Folder of downloaded models and datasets", usual: "$HF_HOME/hub" },
  HF_TOKEN_PATH: { about: "Token file written by hf auth login", usual: "$HF_HOME/token" },
  HF_HUB_ETAG_TIMEOUT: {
    about: "Seconds to wait for the Hub to start responding",
    usual: "10",
  },
  HF_HUB_DOWNLOAD_TIMEOUT: {
    about: "Seconds without data before a download from the Hub fails",
    usual: "30",
  },
};
