// Variables that say how data sets are made and where they lie, beside those of runs (ft config schema): one line each,
// for `ft info --env` and for .env. What a variable does is the business of whoever reads it.

export interface Variable {
  about: string;
  /** Where nothing is said. */
  usual?: string;
  /** Whether its value is never shown whole; of a provider's key, the provider. */
  keyOf?: string;
}

export const variables: Readonly<Record<string, Variable>> = {
  LLM_PROVIDER: { about: "Who is asked where nobody says: a name of ft data create --provider" },
  LLM_MODEL: { about: "The model that LLM_PROVIDER is asked for" },
  OLLAMA_URL: { about: "Where Ollama answers", usual: "http://127.0.0.1:11434" },
  OPENAI_API_KEY: { about: "Key of OpenAI", keyOf: "openai" },
  OPENAI_MODEL: { about: "The model that OpenAI is asked for" },
  ANTHROPIC_API_KEY: { about: "Key of Anthropic", keyOf: "anthropic" },
  ANTHROPIC_MODEL: { about: "The model that Anthropic is asked for" },
  DATA_DIR: { about: "Folder of data sets' files", usual: "$FT_HOME/datasets" },
  MAX_CONCURRENT_JOBS: { about: "Jobs that go on at once", usual: "2" },
  ENABLE_CACHING: { about: "Whether answers of providers are kept and used again", usual: "true" },
  CACHE_TTL: { about: "Hours that a kept answer counts", usual: "24" },
  LOG_LEVEL: {
    about: "debug, info, warning, error or silent; FT_LOG goes before it",
    usual: "info",
  },
  DATABASE_PATH: { about: "The file of the store", usual: "$FT_HOME/store/ft.db" },
  REACT_APP_API_URL: {
    about: "Where pages of the studio look for the API, where ports are mapped",
  },
  FT_KEYCHAIN: {
    about: "off: keys are kept in a file and not in the system's keychain",
    usual: "on",
  },
};
