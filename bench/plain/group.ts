import { join } from 'node:path';
import { eachPair } from './read-lines.ts';

/** Number of keys, of values, and sum of the squared sizes of the groups. */
export async function group(data: string): Promise<string> {
  const groups = new Map<string, number[]>();
  await eachPair(join(data, 'group.tsv'), (key, value) => {
    const values = groups.get(key);
    if (values === undefined) groups.set(key, [value]);
    else values.push(value);
  });
  let [keys, count, squares] = [0, 0, 0];
  for (const values of groups.values()) {
    keys++;
    count += values.length;
    squares += values.length ** 2;
  }
  return `${keys},${count},${squares}`;
}
