import type { ClosureCase } from './closure-case.ts';

const row = 'cycles through classes, instances, containers and protocols';

class Tree {
  readonly name = 'root';
  root(): Tree {
    return ROOT;
  }
  self(): typeof Tree {
    return Tree;
  }
}
const ROOT: Tree = new Tree();

class A {
  b(): B {
    return new B();
  }
  static make(): A {
    return new A();
  }
}
class B {
  readonly n = 5;
  a(): A {
    return new A();
  }
}

/** Says how it travels; what it holds leads back to it. */
class Holder {
  inner: { f?: () => Holder };
  constructor(inner: { f?: () => Holder }) {
    this.inner = inner;
  }
  [Symbol.for('levin.serialize')](): unknown {
    return { inner: this.inner };
  }
  static [Symbol.for('levin.deserialize')](data: { inner: { f?: () => Holder } }): Holder {
    return new Holder(data.inner);
  }
}
const back = (): Holder => HOLDER;
const HOLDER: Holder = new Holder({ f: back });

class WithStatic {
  static list: number[] = [1, 2].map((x) => x * ROOT.name.length);
  static who = (): typeof WithStatic => WithStatic;
}

export const cases: readonly ClosureCase[] = [
  { row, name: 'a class that captures its instance', expected: [true, true, true], make: () => () => [ROOT.root() === ROOT, ROOT.self() === Tree, ROOT instanceof Tree] },
  { row, name: 'two classes that make each other', expected: [true, 5], make: () => () => [new A().b().a() instanceof A, A.make().b().n] },
  { row, name: 'an object with a protocol and a function that captures it', expected: [true, true], make: () => () => [HOLDER.inner.f?.() === HOLDER, HOLDER instanceof Holder] },
  { row, name: 'static fields that read captures', expected: [[4, 8], true], make: () => () => [WithStatic.list, WithStatic.who() === WithStatic] },
  {
    row,
    name: 'three arrows in a circle',
    expected: ['b', 'a'],
    make: () => {
      const a = (n: number): string => (n === 0 ? 'a' : b(n - 1));
      const b = (n: number): string => (n === 0 ? 'b' : c(n - 1));
      const c = (n: number): string => (n === 0 ? 'c' : a(n - 1));
      return () => [a(4), b(2)];
    },
  },
  {
    row,
    name: 'a Map whose key and value capture the Map',
    expected: [1, true],
    make: () => {
      const map = new Map<() => number, () => number>();
      const size = () => map.size;
      map.set(size, size);
      return () => [map.get(size)?.(), [...map.keys()][0] === size];
    },
  },
  {
    row,
    name: 'an object that holds a function that captures the object, twice',
    expected: [true, true],
    make: () => {
      const o: { f?: () => unknown; list: unknown[] } = { list: [] };
      o.f = () => o;
      o.list.push(o.f, o);
      return () => [o.f?.() === o, o.list[0] === o.f && o.list[1] === o];
    },
  },
];
