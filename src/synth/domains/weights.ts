// A domain with other weights than its file says, for one set: values of a parameter that are drawn more often, or never.
import { unknownWeight } from "./domain-errors.ts";
import type { Domain, Parameter } from "./domain.ts";

/** Weight by value by parameter. */
export type Weights = Readonly<Record<string, Readonly<Record<string, number>>>>;

function reweighted(parameter: Parameter, given: Readonly<Record<string, number>>): Parameter {
  const known = parameter.values.map(({ name }) => name);
  const stranger = Object.keys(given).find((name) => !known.includes(name));
  if (stranger !== undefined) throw unknownWeight(`${parameter.name}.${stranger}`, known);
  const values = parameter.values.map((value) => ({
    ...value,
    weight: given[value.name] ?? value.weight,
  }));
  const drawn = values.filter(({ weight }) => weight > 0);
  if (drawn.length === 0) throw unknownWeight(parameter.name, known);
  return { ...parameter, values: drawn };
}

/** Values of weight 0 are not drawn. Throws UsageError FT-DOMAIN-007 for a name that there is not, and for no weight. */
export function withWeights(domain: Domain, weights: Weights): Domain {
  const named = Object.keys(weights);
  if (named.length === 0) return domain;
  const known = domain.parameters.map(({ name }) => name);
  const stranger = named.find((name) => !known.includes(name));
  if (stranger !== undefined) throw unknownWeight(stranger, known);
  const parameters = domain.parameters.map((one) => {
    const given = weights[one.name];
    return given === undefined ? one : reweighted(one, given);
  });
  return { ...domain, parameters };
}
