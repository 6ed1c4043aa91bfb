import { isDeepStrictEqual } from 'node:util';

/**
 * Whether `b` is what `a` is, to the last bit that a program could see: values as `util.isDeepStrictEqual` compares them (−0, NaN, prototypes,
 * holes, symbols as names), the order of properties, Map and Set entries, and which objects are one and the same.
 */
export function exactlyEqual(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b) && sameOrderAndIdentity(a, b);
}

function sameOrderAndIdentity(a: unknown, b: unknown): boolean {
  const twins = new Map<object, object>();
  const open: [unknown, unknown][] = [[a, b]];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [x, y] = pair;
    if (typeof x !== 'object' || x === null) {
      if (!Object.is(x, y)) return false;
      continue;
    }
    if (typeof y !== 'object' || y === null) return false;
    const known = twins.get(x);
    if (known !== undefined) {
      if (known !== y) return false;
      continue;
    }
    twins.set(x, y);
    for (const child of children(x, y)) open.push(child);
  }
  return new Set(twins.values()).size === twins.size;
}

function children(x: object, y: object): [unknown, unknown][] {
  const namesX = Reflect.ownKeys(x);
  const namesY = Reflect.ownKeys(y);
  const pairs: [unknown, unknown][] = [[namesX.length, namesY.length]];
  if (!ArrayBuffer.isView(x)) {
    for (const [i, name] of namesX.entries()) {
      pairs.push([name, namesY[i]]);
      // A stack is where an error was made.
      if (name !== 'stack') pairs.push([Reflect.get(x, name), Reflect.get(y, name)]);
    }
  }
  if (x instanceof Map && y instanceof Map) return pairs.concat(zip([...x].flat(), [...y].flat()));
  if (x instanceof Set && y instanceof Set) return pairs.concat(zip([...x], [...y]));
  return pairs;
}

function zip(a: readonly unknown[], b: readonly unknown[]): [unknown, unknown][] {
  return a.map((item, i) => [item, b[i]]);
}
