// How tokens are drawn. What differs from the usual stands in the address.
import { NumberInput, Stack } from "@mantine/core";
import { useUrlState } from "../../app/url-state.ts";

interface Control {
  key: string;
  label: string;
  about: string;
  usual: number | undefined;
  min: number;
  max: number;
  step: number;
}

const controls = [
  {
    ...{ key: "temperature", label: "Temperature", usual: 0, min: 0, max: 2, step: 0.1 },
    about: "0 always picks the likeliest token",
  },
  {
    ...{ key: "top_p", label: "Top p", usual: 1, min: 0, max: 1, step: 0.05 },
    about: "Only the likeliest tokens that together have this probability",
  },
  {
    ...{ key: "top_k", label: "Top k", usual: 0, min: 0, max: 1000, step: 10 },
    about: "Only this many of the likeliest tokens; 0: all",
  },
  {
    ...{ key: "min_p", label: "Min p", usual: 0, min: 0, max: 1, step: 0.05 },
    about: "Only tokens with at least this share of the likeliest one's probability",
  },
  {
    ...{ key: "repetition_penalty", label: "Repetition", usual: 1, min: 0.5, max: 2, step: 0.05 },
    about: "Above 1, tokens already used become less likely",
  },
  {
    ...{ key: "max_tokens", label: "Maximum length", usual: 256, min: 1, max: 8192, step: 64 },
    about: "In tokens",
  },
  {
    ...{ key: "seed", label: "Seed", usual: undefined, min: 0, max: 4_294_967_295, step: 1 },
    about: "The same seed gives the same answer; empty: random",
  },
] as const satisfies readonly Control[];

export type Sampling = Partial<Record<(typeof controls)[number]["key"], number>>;

/** Only what differs from the usual. */
export function useSampling(): [Sampling, (key: string, value: number | undefined) => void] {
  const [search, setSearch] = useUrlState();
  const values = controls.flatMap(({ key }) => {
    const text = search[key];
    const value = text === undefined ? Number.NaN : Number(text);
    return Number.isFinite(value) ? [[key, value] as const] : [];
  });
  return [
    Object.fromEntries(values),
    (key, value) => setSearch({ [key]: value === undefined ? undefined : String(value) }),
  ];
}

export function SamplingControls() {
  const [sampling, setSampling] = useSampling();
  return (
    <Stack gap="xs">
      {controls.map(({ key, label, about, usual, ...range }) => (
        <NumberInput
          key={key}
          size="xs"
          label={label}
          description={about}
          value={sampling[key] ?? usual ?? ""}
          placeholder={usual === undefined ? "random" : String(usual)}
          allowNegative={false}
          allowDecimal={range.step < 1}
          clampBehavior="strict"
          {...range}
          onChange={(value) =>
            setSampling(key, value === "" || value === usual ? undefined : Number(value))
          }
        />
      ))}
    </Stack>
  );
}
