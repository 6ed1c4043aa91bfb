import { join as at } from 'node:path';
import { eachPair } from './read-lines.ts';

/** How many pairs of values meet, and their sum. */
export async function join(data: string): Promise<string> {
  const left = new Map<string, number[]>();
  await eachPair(at(data, 'join-a.tsv'), (key, value) => {
    const values = left.get(key);
    if (values === undefined) left.set(key, [value]);
    else values.push(value);
  });
  let [count, sum] = [0, 0];
  await eachPair(at(data, 'join-b.tsv'), (key, value) => {
    for (const other of left.get(key) ?? []) {
      count++;
      sum += other + value;
    }
  });
  return `${count},${sum}`;
}
