// The profiles with their limits, and every fault with its code, in plain data.
import {
  type FaultCode,
  faultCodes,
  faultOf,
  limitsOf,
  profiles,
  readLimits,
} from "../../synth/profiles/index.ts";

export interface ToldLimit {
  name: string;
  value: number;
  source: string | null;
  checkedOn: string | null;
  note: string | null;
}

export interface ToldModel {
  name: string;
  exampleTokens: number | null;
  encoding: string | null;
  retiresOn: string | null;
}

export interface ToldProfile {
  name: string;
  about: string;
  forms: string[];
  limits: ToldLimit[];
  models: ToldModel[];
  closes: { on: string; what: string; source: string | null } | null;
}

export interface ToldCode {
  code: FaultCode;
  severity: string;
  about: string;
  hint: string;
  fixable: boolean;
}

export interface ToldLimits {
  profiles: ToldProfile[];
  codes: ToldCode[];
}

function toldProfile(name: string, table: ReturnType<typeof readLimits>): ToldProfile {
  const { about, forms } = profiles.get(name);
  const { limits, models, encoding, closes } = limitsOf(table, name);
  return {
    name,
    about,
    forms: forms.map((form) => form.about),
    limits: Object.entries(limits).map(([limit, { value, ...said }]) => {
      const { source, checkedOn, note }: Partial<Record<keyof ToldLimit, string | undefined>> =
        said;
      return {
        name: limit,
        value,
        source: source ?? null,
        checkedOn: checkedOn ?? null,
        note: note ?? null,
      };
    }),
    models: Object.entries(models).map(([model, own]) => ({
      name: model,
      exampleTokens: own.exampleTokens ?? limits.exampleTokens?.value ?? null,
      encoding: own.encoding ?? encoding ?? null,
      retiresOn: own.retiresOn ?? null,
    })),
    closes:
      closes === undefined
        ? null
        : { on: closes.on, what: closes.what, source: closes.source ?? null },
  };
}

const toldCode = (code: FaultCode): ToldCode => {
  const { severity, about, hint, fixable = false } = faultOf(code);
  return { code, severity, about, hint, fixable };
};

/** `file` stands over the limits that ship. */
export function listLimits(file?: string): ToldLimits {
  const table = readLimits(file);
  return {
    profiles: profiles.names().map((name) => toldProfile(name, table)),
    codes: faultCodes.map(toldCode),
  };
}
