// What keys, tokens and passwords look like, told by whose they are. The log takes out these and whatever stands where a
// secret would; a scan before something is published asks for these alone, which nothing else looks like.

/** Whose it is → how it looks. Long enough that no word of a vocabulary is one. */
const LOOKS: readonly (readonly [kind: string, look: RegExp])[] = [
  ["a token of Hugging Face", /\bhf_[A-Za-z0-9]{30,}/g],
  ["a token of Hugging Face", /\bapi_org_[A-Za-z0-9]{30,}/g],
  ["a key of Anthropic", /\bsk-ant-[A-Za-z0-9_-]{20,}/g],
  ["a key of OpenAI", /\bsk-(?!ant-)[A-Za-z0-9_-]{32,}/g],
  ["a key of Amazon", /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g],
  ["a key of Amazon", /aws_secret_access_key["']?\s{0,8}[=:]\s{0,8}["']?[A-Za-z0-9/+=]{40}/gi],
  ["a key of Google", /\bAIza[A-Za-z0-9_-]{35}/g],
  ["a key of Google", /\b(?:ya29\.|GOCSPX-)[A-Za-z0-9_-]{20,}/g],
  ["a token of GitHub", /\bgh[pousr]_[A-Za-z0-9]{36,}/g],
  ["a token of GitHub", /\bgithub_pat_[A-Za-z0-9_]{22,}/g],
  ["a token of GitLab", /\bglpat-[A-Za-z0-9_-]{20,}/g],
  ["a token of npm", /\bnpm_[A-Za-z0-9]{36}/g],
  ["a token of Slack", /\bxox[abprs]-[A-Za-z0-9-]{10,}/g],
  ["a key of Groq, xAI or Tinker", /\b(?:gsk_|xai-|tml-)[A-Za-z0-9_-]{32,}/g],
  ["a private key", /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY-----/g],
  ["a signed web token", /\beyJ[A-Za-z0-9_-]{16,}\.eyJ[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/g],
  [
    "an address with a password",
    // eslint-disable-next-line no-control-regex
    /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'<>{}\u0000-\u001f]{1,100}:[^\s/:@"'<>{}\u0000-\u001f]{3,100}@[a-z0-9]/gi,
  ],
];

/** Any of the beginnings: texts without one, nearly all, are read once. */
const BEGINNINGS =
  /hf_|api_org_|sk-|AKIA|ASIA|aws_secret|AIza|ya29|GOCSPX|gh[pousr]_|github_pat|glpat|npm_|xox|gsk_|xai-|tml-|PRIVATE KEY|eyJ|:\/\//i;

export interface FoundSecret {
  /** "a token of GitHub" */
  kind: string;
  /** Where in the text, in UTF-16 units. */
  at: number;
}

/** Secrets in a text, none of them told. `known`: some that this machine uses, whatever they look like. */
export function secretsIn(text: string, known: ReadonlyMap<string, string>): FoundSecret[] {
  const found = [...known].flatMap(([secret, kind]) => {
    const at = text.indexOf(secret);
    return at === -1 ? [] : [{ kind, at }];
  });
  if (!BEGINNINGS.test(text)) return found;
  const looks = LOOKS.flatMap(([kind, look]) =>
    [...text.matchAll(look)].map(({ index }) => ({ kind, at: index })),
  );
  return [...found, ...looks].toSorted((a, b) => a.at - b.at);
}

const SECRET_NAME = /(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY)$/i;
/** Shorter ones stand in texts by chance. */
const LEAST_LETTERS = 12;

/** What the environment holds that nobody else may see: value → what it is. */
export function secretsOfEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Map<string, string> {
  const named = Object.entries(environment).filter(
    ([name, value = ""]) => SECRET_NAME.test(name) && value.trim().length >= LEAST_LETTERS,
  );
  return new Map(named.map(([name, value = ""]) => [value.trim(), `the value of ${name}`]));
}

/** Names of files that hold secrets by what they are. */
const SECRET_FILES =
  /^(?:\.env(?:\..*)?|\.?env\.local|\.netrc|_netrc|\.npmrc|\.pypirc|\.git-credentials|\.htpasswd|credentials(?:\.json|\.yaml|\.ya?ml)?|token|secrets?(?:\.\w+)?|kaggle\.json|service[-_]account.*\.json|client_secret.*\.json|id_(?:rsa|dsa|ecdsa|ed25519)(?:\.pub)?|.*\.(?:pem|p12|pfx|key|keystore|jks|kdbx|ovpn))$/i;

/** Whether a file is one that holds secrets, by its name alone. */
export const isSecretFile = (name: string): boolean =>
  SECRET_FILES.test(name.split("/").at(-1) ?? "");
