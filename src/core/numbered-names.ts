// Names of things of which there may be several: the name itself, then with -2, -3, … behind it. Looks at no disk itself.

/** The name itself for 1, else with the number behind it. */
export const numberedName = (name: string, number: number): string =>
  number === 1 ? name : `${name}-${number}`;

/** The first of them that is free. */
export function firstFree(name: string, isFree: (name: string) => boolean): string {
  for (let number = 1; ; number++) {
    const one = numberedName(name, number);
    if (isFree(one)) return one;
  }
}
