import type { ClosureCase } from './closure-case.ts';
import { HttpError } from './lib/errors.ts';
import { Money } from './lib/money.ts';

const instances = 'instance of an imported class; of a main-file class; of a function-scope class; subclass, static, accessor, #private';
const records = 'class instances as records, back on the driver';

class Point {
  x: number;
  y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
  norm(): number {
    return Math.hypot(this.x, this.y);
  }
  static parse(text: string): Point {
    const [x = 0, y = 0] = text.split(',').map(Number);
    return new Point(x, y);
  }
}

class NamedPoint extends Point {
  name: string;
  constructor(name: string, x: number, y: number) {
    super(x, y);
    this.name = name;
  }
  override norm(): number {
    return super.norm() * 10;
  }
}

class Scale {
  static factor = 3;
  static names = ['a', 'b'];
  static apply(x: number): number {
    return x * Scale.factor;
  }
}

class Table {
  static squares: number[];
  static {
    Table.squares = [0, 1, 2, 3].map((n) => n * n);
  }
}

class Reading {
  accessor value = 5;
  accessor unit = 'm';
}

class Counter {
  #count = 0;
  #step: number;
  constructor(step: number) {
    this.#step = step;
  }
  next(): number {
    this.#count += this.#step;
    return this.#count;
  }
}

/** #private state that says how it travels. */
class Vault {
  #secret: string;
  constructor(secret: string) {
    this.#secret = secret;
  }
  open(): string {
    return this.#secret;
  }
  [Symbol.for('levin.serialize')](): unknown {
    return { secret: this.#secret };
  }
  static [Symbol.for('levin.deserialize')](data: { secret: string }): Vault {
    return new Vault(data.secret);
  }
}

function localClass(base: number): new (v: number) => { v: number; total(): number } {
  class Local {
    v: number;
    constructor(v: number) {
      this.v = v;
    }
    total(): number {
      return this.v + base;
    }
  }
  return Local;
}

const LocalAt100 = localClass(100);

export const cases: readonly ClosureCase[] = [
  {
    row: instances,
    name: 'instance of an imported class',
    args: [1],
    expected: [351, true],
    make: () => {
      const price = new Money(350);
      return (cents: number) => [price.plus(new Money(cents)).cents, price instanceof Money];
    },
  },
  {
    row: instances,
    name: 'instance of a main-file class',
    expected: [5, true],
    make: () => {
      const p = new Point(3, 4);
      return () => [p.norm(), p instanceof Point];
    },
  },
  {
    row: instances,
    name: 'instance of a function-scope class',
    expected: [107, true],
    make: () => {
      const base = 100;
      class Inner {
        v = 7;
        total(): number {
          return this.v + base;
        }
      }
      const inner = new Inner();
      return () => [inner.total(), inner instanceof Inner];
    },
  },
  {
    row: instances,
    name: 'subclass with super',
    expected: [50, 'p', true, true],
    make: () => {
      const p = new NamedPoint('p', 3, 4);
      return () => [p.norm(), p.name, p instanceof NamedPoint, p instanceof Point];
    },
  },
  { row: instances, name: 'static fields', args: [4], expected: [12, ['a', 'b']], make: () => (x: number) => [Scale.apply(x), Scale.names] },
  { row: instances, name: 'static blocks', expected: [0, 1, 4, 9], make: () => () => Table.squares },
  {
    row: instances,
    name: 'accessor',
    expected: [6, 'm'],
    make: () => () => {
      const reading = new Reading();
      reading.value += 1;
      return [reading.value, reading.unit];
    },
  },
  {
    row: instances,
    name: '#private used inside the class body',
    args: [3],
    expected: [3, 6],
    make: () => (step: number) => {
      const counter = new Counter(step);
      return [counter.next(), counter.next()];
    },
  },

  {
    row: records,
    name: 'of an imported class',
    args: [5],
    expected: [true, 5, true],
    make: () => (cents: number) => {
      const money = new Money(cents);
      return [money, money];
    },
    view: ([a, b]: [Money, Money]) => [a instanceof Money, a.cents, a === b],
  },
  {
    row: records,
    name: 'of a main-file class',
    args: [6, 8],
    expected: [true, 10],
    make: () => (x: number, y: number) => ({ at: new Map([['p', new Point(x, y)]]) }),
    view: ({ at }: { at: Map<string, Point> }) => [at.get('p') instanceof Point, at.get('p')?.norm()],
  },
  {
    row: records,
    name: 'of a function-scope class',
    args: [1],
    expected: [true, 101],
    make: () => (v: number) => new LocalAt100(v),
    view: (local: InstanceType<typeof LocalAt100>) => [local instanceof LocalAt100, local.total()],
  },

  {
    row: '#private instance with the serialize protocol',
    name: '#private instance with the serialize protocol',
    expected: ['s3cret', true],
    make: () => {
      const vault = new Vault('s3cret');
      return () => [vault.open(), vault instanceof Vault];
    },
  },
  {
    row: 'custom Error subclass',
    name: 'custom Error subclass (message, stack, cause, own fields)',
    expected: [true, true, 'off', 'HttpError', 503, ['net'], true, 'inner', ['name', 'status', 'tags'], 'classes.job.ts'],
    make: () => {
      const error = new HttpError(503, 'off', { cause: new RangeError('inner') });
      return () => [
        error instanceof HttpError,
        error instanceof Error,
        error.message,
        error.name,
        error.status,
        error.tags,
        error.retryable,
        error.cause instanceof RangeError && error.cause.message,
        Object.keys(error).sort(),
        /classes\.job\.ts/.exec(error.stack ?? '')?.[0],
      ];
    },
  },

  { row: 'map(Money.parse) static method', name: 'static method of an imported class', args: ['1.25'], expected: [true, 125], make: () => Money.parse, view: (m: Money) => [m instanceof Money, m.cents] },
  { row: 'map(Money.parse) static method', name: 'static method using static #private', args: ['2.5'], expected: 250, make: () => Money.parseCounting },
  { row: 'map(Money.parse) static method', name: 'main-file static method', args: ['3,4'], expected: [true, 5], make: () => Point.parse, view: (p: Point) => [p instanceof Point, p.norm()] },

  {
    row: 'mixin, class extending imported class / Error / Array',
    name: 'mixin',
    expected: ['tagged 5', true],
    make: () => {
      const Tagged = <B extends new (...args: never[]) => Point>(Base: B) =>
        class extends (Base as unknown as new (x: number, y: number) => Point) {
          tag(): string {
            return `tagged ${this.norm()}`;
          }
        };
      const TaggedPoint = Tagged(Point);
      const p = new TaggedPoint(3, 4);
      return () => [p.tag(), p instanceof Point];
    },
  },
  {
    row: 'mixin, class extending imported class / Error / Array',
    name: 'class extending an imported class',
    expected: [8, true],
    make: () => {
      class Tip extends Money {
        doubled(): number {
          return this.cents * 2;
        }
      }
      const tip = new Tip(4);
      return () => [tip.doubled(), tip instanceof Money];
    },
  },
  {
    row: 'mixin, class extending imported class / Error / Array',
    name: 'class extending Error',
    args: ['E1'],
    expected: [true, true, 'code E1', 'E1'],
    make: () => {
      class CodeError extends Error {
        code: string;
        constructor(code: string) {
          super(`code ${code}`);
          this.code = code;
        }
      }
      return (code: string) => {
        try {
          throw new CodeError(code);
        } catch (error) {
          return [error instanceof CodeError, error instanceof Error, (error as CodeError).message, (error as CodeError).code];
        }
      };
    },
  },
  {
    row: 'mixin, class extending imported class / Error / Array',
    name: 'class extending Array',
    args: [[1, 2, 3]],
    expected: [6, 3, true],
    make: () => {
      class Numbers extends Array<number> {
        sum(): number {
          return this.reduce((a, b) => a + b, 0);
        }
      }
      return (items: number[]) => {
        const numbers = Numbers.from(items) as Numbers;
        return [numbers.sum(), numbers.length, numbers instanceof Array];
      };
    },
  },
];
