// Least and most of any number of numbers: Math.min(...many) ends a program where there are a hundred thousand.

export function least(numbers: readonly number[], none = Infinity): number {
  return numbers.reduce((left, right) => Math.min(left, right), none);
}

export function most(numbers: readonly number[], none = -Infinity): number {
  return numbers.reduce((left, right) => Math.max(left, right), none);
}
