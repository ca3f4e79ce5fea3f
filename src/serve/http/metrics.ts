// What the server counts, in Prometheus's text format 0.0.4. Counts; judges nothing.

export interface Gauge {
  name: string;
  help: string;
  value(): number;
}

/** Upper bounds of a histogram's buckets, in seconds. */
const secondsBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] as const;

export type Labels = Readonly<Record<string, string>>;

/** A value of now, by its labels. */
export type Sample = readonly [labels: Labels, value: number];

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    const escaped = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
    return `${name}="${escaped}"`;
  });
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const heading = (name: string, help: string, type: string): string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
];

/** Lines of a gauge or of a counter that somebody else counts. */
export function sampleLines(
  name: string,
  { help, type = "gauge" }: { help: string; type?: "gauge" | "counter" },
  samples: readonly Sample[],
): string[] {
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}`);
  return [...heading(name, help, type), ...lines];
}

export class Counter {
  readonly #name: string;
  readonly #help: string;
  readonly #values = new Map<string, number>();

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  add(count: number, labels: Labels = {}): void {
    const key = labelText(labels);
    this.#values.set(key, (this.#values.get(key) ?? 0) + count);
  }

  lines(): string[] {
    const values = this.#values.size === 0 ? [["", 0] as const] : [...this.#values];
    const lines = values.map(([labels, value]) => `${this.#name}${labels} ${value}`);
    return [...heading(this.#name, this.#help, "counter"), ...lines];
  }
}

export class SecondsHistogram {
  readonly #name: string;
  readonly #help: string;
  readonly #counts = secondsBuckets.map(() => 0);
  #count = 0;
  #sum = 0;

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  observe(seconds: number): void {
    this.#count += 1;
    this.#sum += seconds;
    for (const [at, bound] of secondsBuckets.entries())
      if (seconds <= bound) this.#counts[at]! += 1;
  }

  lines(): string[] {
    const bucket = (bound: string, count: number): string =>
      `${this.#name}_bucket${labelText({ le: bound })} ${count}`;
    return [
      ...heading(this.#name, this.#help, "histogram"),
      ...secondsBuckets.map((bound, at) => bucket(String(bound), this.#counts[at]!)),
      bucket("+Inf", this.#count),
      `${this.#name}_sum ${this.#sum}`,
      `${this.#name}_count ${this.#count}`,
    ];
  }
}

export class Metrics {
  readonly requests = new Counter("ft_requests_total", "Requests by route and status.");
  readonly promptTokens = new Counter("ft_prompt_tokens_total", "Prompt tokens.");
  readonly cachedTokens = new Counter(
    "ft_cached_prompt_tokens_total",
    "Prompt tokens reused from the cache.",
  );
  readonly answerTokens = new Counter("ft_answer_tokens_total", "Generated tokens.");
  readonly firstToken = new SecondsHistogram(
    "ft_time_to_first_token_seconds",
    "Seconds from a request to the first part of its answer.",
  );
  readonly wholeAnswer = new SecondsHistogram(
    "ft_answer_seconds",
    "Seconds from a request to the end of its answer.",
  );
  readonly #gauges: Gauge[] = [];

  gauge(name: string, help: string, value: () => number): void {
    this.#gauges.push({ name, help, value });
  }

  text(): string {
    const { requests, promptTokens, cachedTokens, answerTokens, firstToken, wholeAnswer } = this;
    const all = [requests, promptTokens, cachedTokens, answerTokens, firstToken, wholeAnswer];
    const gauges = this.#gauges.flatMap(({ name, help, value }) => [
      ...heading(name, help, "gauge"),
      `${name} ${value()}`,
    ]);
    return `${[...all.flatMap((one) => one.lines()), ...gauges].join("\n")}\n`;
  }
}
