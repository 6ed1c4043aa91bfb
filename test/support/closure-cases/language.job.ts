// @ts-nocheck: syntax that only a TypeScript compiler understands
import { Color } from './lib/colors.ts';
import type { ClosureCase } from './closure-case.ts';

const row = 'enum, const enum, namespaces, parameter properties, decorators, using';

enum Level {
  Low = 1,
  High = Low + 9,
}

const enum Fixed {
  A = 'a',
  B = 7,
}

namespace Geometry {
  export const unit = 2;
  export function area(side: number): number {
    return side * side * unit;
  }
}

class Person {
  constructor(
    readonly name: string,
    private age: number,
  ) {}
  describe(): string {
    return `${this.name} ${this.age}`;
  }
}

function labelled(label: string) {
  return <T extends new (...args: never[]) => object>(target: T, _: ClassDecoratorContext) =>
    class extends (target as new (...args: unknown[]) => object) {
      label = label;
    } as unknown as T;
}

function doubled(method: (x: number) => number, _: ClassMethodDecoratorContext) {
  return function (this: unknown, x: number): number {
    return method.call(this, x) * 2;
  };
}

@labelled('decorated')
class Labelled {}

class Doubler {
  plus = 1;
  @doubled
  add(x: number): number {
    return x + this.plus;
  }
}

export const cases: readonly ClosureCase[] = [
  { row, name: 'enum, top-level', args: [10], expected: [true, 'Low'], make: () => (x: number) => [x === Level.High, Level[Level.Low]] },
  {
    row,
    name: 'enum, local',
    expected: [3, 'Second'],
    make: () => {
      enum Local {
        First = 2,
        Second,
      }
      return () => [Local.Second, Local[3]];
    },
  },
  { row, name: 'enum, imported', expected: [2, 'blue', 'Red'], make: () => () => [Color.Green, Color.Blue, Color[1]] },
  { row, name: 'const enum, top-level', expected: ['a', 7], make: () => () => [Fixed.A, Fixed.B] },
  {
    row,
    name: 'const enum, local',
    expected: 5,
    make: () => {
      const enum Local {
        Five = 5,
      }
      return () => Local.Five;
    },
  },
  { row, name: 'namespaces', args: [3], expected: [18, 2], make: () => (side: number) => [Geometry.area(side), Geometry.unit] },
  {
    row,
    name: 'parameter properties',
    args: [2],
    expected: ['Ann 42', 'Bob 2'],
    make: () => {
      const ann = new Person('Ann', 42);
      return (age: number) => [ann.describe(), new Person('Bob', age).describe()];
    },
  },
  { row, name: 'standard class decorator', expected: 'decorated', make: () => () => (new Labelled() as { label?: string }).label },
  { row, name: 'standard method decorator', args: [4], expected: 10, make: () => (x: number) => new Doubler().add(x) },
  {
    row,
    name: 'using',
    expected: ['open', 'work', 'closed'],
    make: () => {
      const log = ['open'];
      return () => {
        const seen = [...log];
        {
          using _ = { [Symbol.dispose]: () => seen.push('closed') };
          seen.push('work');
        }
        return seen;
      };
    },
  },
];
