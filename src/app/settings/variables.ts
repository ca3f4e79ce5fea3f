// Variables that say how datasets are made and where they lie, beside those of runs (ft config schema): one line each,
// for `ft info --env` and for .env. What a variable does is the business of whoever reads it.

export interface Variable {
  about: string;
  /** Where nothing is said. */
  usual?: string;
  /** Whether its value is never shown whole; of a provider's key, the provider. */
  keyOf?: string;
}

export const variables: Readonly<Record<string, Variable>> = {
  LLM_PROVIDER: { about: "Default provider: a name of ft data create --provider" },
  LLM_MODEL: { about: "Default model of LLM_PROVIDER" },
  OLLAMA_URL: { about: "URL of Ollama", usual: "http://127.0.0.1:11434" },
  OPENAI_API_KEY: { about: "API key of OpenAI", keyOf: "openai" },
  OPENAI_MODEL: { about: "Default model of OpenAI" },
  ANTHROPIC_API_KEY: { about: "API key of Anthropic", keyOf: "anthropic" },
  ANTHROPIC_MODEL: { about: "Default model of Anthropic" },
  DATA_DIR: { about: "Folder of dataset files", usual: "$FT_HOME/datasets" },
  MAX_CONCURRENT_JOBS: { about: "Jobs that run at the same time", usual: "2" },
  ENABLE_CACHING: { about: "Whether answers of providers are cached", usual: "true" },
  CACHE_TTL: { about: "Hours that a cached answer is valid", usual: "24" },
  LOG_LEVEL: {
    about: "debug, info, warning, error or silent; FT_LOG overrides it",
    usual: "info",
  },
  DATABASE_PATH: { about: "File of the store", usual: "$FT_HOME/store/ft.db" },
  REACT_APP_API_URL: {
    about: "URL of the API for the studio's pages, where ports are mapped",
  },
  FT_KEYCHAIN: {
    about: "off: store keys in a file instead of the system keychain",
    usual: "on",
  },
};
