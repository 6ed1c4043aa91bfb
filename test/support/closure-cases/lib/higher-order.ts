/** Functions that return closures: those belong to this module, not to the file that calls. */
export function multiplyBy(n: number): (x: number) => number {
  return (x) => x * n;
}

export function compose<A, B, C>(f: (a: A) => B, g: (b: B) => C): (a: A) => C {
  return (a) => g(f(a));
}

export default function (x: number): number {
  return x + 1000;
}
