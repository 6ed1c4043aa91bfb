import { adder } from './circular-a.ts';

const addTen = adder(10);

export function fromB(x: number): number {
  return addTen(x);
}
