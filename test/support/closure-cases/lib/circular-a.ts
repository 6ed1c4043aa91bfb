import { fromB } from './circular-b.ts';

export const made: (x: number) => number = fromB;

/** Hoisted: the other module calls it before this one ran. */
export function adder(n: number): (x: number) => number {
  return (x) => x + n;
}
