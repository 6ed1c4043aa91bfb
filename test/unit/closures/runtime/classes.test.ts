import { beforeAll, describe, expect, test } from 'vitest';
import { __def, __lazy, __lv, __refs, __sites } from '../../../../engine/closures/runtime/entry.ts';
import { prepareClosures, rebuildClosure } from '../../../../engine/closures/runtime/rebuild-closure.ts';
import { executorInit, registerClass, registerSerializer, runExecutorInits } from '../../../../engine/closures/runtime/registrations.ts';
import { shipClosure } from '../../../../engine/closures/runtime/ship-closure.ts';
import { decodeValue, encodeValue } from '../../../../engine/closures/runtime/value-codec.ts';
import { noImports, noSlices, site } from './hand-annotated.ts';

const S = __sites(
  'classes.ts',
  'file:///project/classes.ts',
  [
    site('classes.ts#Money', { kind: 'class', name: 'Money', captures: ['rate'] }),
    site('classes.ts#make', { captures: ['Money'] }),
    site('classes.ts#hold', { captures: ['v'] }),
    site('classes.ts#Node', { kind: 'class', name: 'Node', captures: ['link'] }),
    site('classes.ts#link', { captures: ['Node'], name: 'link' }),
  ],
  noImports,
  noSlices,
  'main',
);

interface MoneyLike {
  readonly cents: number;
  converted(): number;
}

/** What the user wrote: a class inside a function, annotated for the driver. */
function moneyClass(rate: number): new (cents: number) => MoneyLike {
  class Money {
    cents: number;
    constructor(cents: number) {
      this.cents = cents;
    }
    converted(): number {
      return this.cents * rate;
    }
    static parse(text: string): Money {
      return new Money(Number(text));
    }
  }
  return __lv(Money, S[0], () => [rate]);
}

beforeAll(() => {
  __lazy('classes.ts', {});
  __def('classes.ts#Money', (rate) => {
    return class Money {
      cents: number;
      constructor(cents: number) {
        this.cents = cents;
      }
      converted(): number {
        return this.cents * (rate as number);
      }
      static parse(text: string): Money {
        return new Money(Number(text));
      }
    };
  });
  __def('classes.ts#make', (Money) => (cents: number) => new (Money as new (cents: number) => MoneyLike)(cents));
  __def('classes.ts#hold', (v) => () => v);
  __def(
    'classes.ts#Node',
    (link) =>
      class Node {
        next(): unknown {
          return (link as () => unknown)();
        }
      },
    () => {
      let link: () => unknown;
      return [
        class Node {
          next(): unknown {
            return link();
          }
        },
        ([value]) => {
          link = value as typeof link;
        },
      ];
    },
  );
  __def('classes.ts#link', (Node) => () => new (Node as new () => unknown)());
});

// biome-ignore lint/complexity/noBannedTypes: any function may be shipped
async function ship(fn: Function): Promise<(...args: unknown[]) => unknown> {
  const { bytes } = shipClosure(fn, { operation: 'rdd.map', callSite: null });
  await prepareClosures([bytes], async () => {});
  return rebuildClosure(bytes) as (...args: unknown[]) => unknown;
}

/** A record that goes from an executor to the driver. */
function toDriver<T>(value: T): T {
  return decodeValue(encodeValue(value), 'driver') as T;
}

/** A record that goes to an executor. */
function toExecutor<T>(value: T): T {
  return decodeValue(encodeValue(value), 'executor') as T;
}

describe('a class that travels by value', () => {
  test('is rebuilt with its captures, and instances hold its prototype', async () => {
    const Money = moneyClass(2);
    const money = new Money(5);
    const shipped = (
      await ship(
        __lv(
          () => money,
          S[2],
          () => [money],
        ),
      )
    )() as MoneyLike;
    expect([shipped.cents, shipped.converted(), shipped instanceof Money]).toEqual([5, 10, false]);
  });

  test('is one class on the executor, however many payloads name it', async () => {
    const Money = moneyClass(3);
    const make = await ship(
      __lv(
        (c: number) => new Money(c),
        S[1],
        () => [Money],
      ),
    );
    const again = await ship(
      __lv(
        (c: number) => new Money(c),
        S[1],
        () => [Money],
      ),
    );
    expect(Object.getPrototypeOf(make(1))).toBe(Object.getPrototypeOf(again(2)));
  });

  test('is another class when it captures something else', async () => {
    const [A, B] = [moneyClass(5), moneyClass(6)];
    const makeA = await ship(
      __lv(
        (c: number) => new A(c),
        S[1],
        () => [A],
      ),
    );
    const makeB = await ship(
      __lv(
        (c: number) => new B(c),
        S[1],
        () => [B],
      ),
    );
    const [a, b] = [makeA(1) as MoneyLike, makeB(1) as MoneyLike];
    expect([a.converted(), b.converted()]).toEqual([5, 6]);
    expect(Object.getPrototypeOf(a)).not.toBe(Object.getPrototypeOf(b));
  });

  test('comes back in records as the class of the driver', async () => {
    const Money = moneyClass(7);
    const make = await ship(
      __lv(
        (c: number) => new Money(c),
        S[1],
        () => [Money],
      ),
    );
    const [first, second] = toDriver([make(1), make(2)] as MoneyLike[]);
    expect(first).toBeInstanceOf(Money);
    expect([first?.cents, second?.converted()]).toEqual([1, 14]);
  });

  test('travels in records between executors with what it takes to rebuild it', async () => {
    const Money = moneyClass(8);
    const make = await ship(
      __lv(
        (c: number) => new Money(c),
        S[1],
        () => [Money],
      ),
    );
    const made = make(4) as MoneyLike;
    const copied = toExecutor(made);
    expect(Object.getPrototypeOf(copied)).toBe(Object.getPrototypeOf(made));
    expect(copied.converted()).toBe(32);
  });

  test('and a function that capture each other', async () => {
    class Node {
      next(): unknown {
        return link();
      }
    }
    function link(): unknown {
      return new Node();
    }
    __lv(Node, S[3], () => [link]);
    __lv(link, S[4], () => [Node]);
    const shipped = await ship(link);
    const node = shipped() as Node;
    expect(Object.getPrototypeOf(node.next())).toBe(Object.getPrototypeOf(node));
  });

  test('static and prototype methods are found through it', async () => {
    const Money = moneyClass(9) as unknown as { parse(text: string): MoneyLike; prototype: MoneyLike };
    const parse = await ship(Money.parse);
    expect((parse('12') as MoneyLike).converted()).toBe(108);
    const converted = await ship(Money.prototype.converted);
    expect(converted.call({ cents: 2 })).toBe(18);
  });
});

describe('a class that travels by reference', () => {
  class DriverPoint {
    x = 1;
    label(): string {
      return `driver ${this.x}`;
    }
  }
  class ExecutorPoint {
    x = 1;
    label(): string {
      return `executor ${this.x}`;
    }
  }
  class PointError extends RangeError {
    override name = 'PointError';
    at = [1, 2];
  }

  beforeAll(() => {
    const [point, pointError] = __sites(
      'src/point.ts',
      'file:///project/src/point.ts',
      [
        site('src/point.ts#Point', { kind: 'class', name: 'Point', ref: 'Point' }),
        site('src/point.ts#PointError', { kind: 'class', name: 'PointError', ref: 'PointError' }),
      ],
      noImports,
      noSlices,
      'module',
    );
    __lv(DriverPoint, point);
    __lv(PointError, pointError);
    __refs('src/point.ts', { Point: () => ExecutorPoint, PointError: () => PointError }, noImports);
  });

  test('is the module’s own on either side', async () => {
    const point = new DriverPoint();
    point.x = 5;
    const shipped = (
      await ship(
        __lv(
          () => point,
          S[2],
          () => [point],
        ),
      )
    )() as DriverPoint;
    expect([shipped instanceof ExecutorPoint, shipped.label()]).toEqual([true, 'executor 5']);
    const record = toDriver([shipped])[0];
    expect([record instanceof DriverPoint, record?.label()]).toEqual([true, 'driver 5']);
  });

  test('errors keep class, message, stack, cause and own fields', () => {
    const original = new PointError('off', { cause: new Error('inner') });
    const copied = toDriver(original);
    expect(copied).toBeInstanceOf(PointError);
    expect(copied).toBeInstanceOf(RangeError);
    expect([copied.message, copied.stack, copied.at, (copied.cause as Error).message]).toEqual(['off', original.stack, [1, 2], 'inner']);
    expect(Object.keys(copied)).toEqual(['name', 'at']);
  });
});

describe('classes that say how they travel', () => {
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
  class Decimal {
    #digits: string;
    constructor(digits: string) {
      this.#digits = digits;
    }
    toString(): string {
      return this.#digits;
    }
  }
  class Tag {
    readonly name: string;
    constructor(name: string) {
      this.name = name;
    }
  }

  beforeAll(() => {
    registerClass('vault', Vault);
    registerClass('decimal', Decimal);
    registerSerializer(Decimal, { serialize: (d) => d.toString(), deserialize: (digits: string) => new Decimal(digits) });
    registerClass('tag', Tag);
  });

  test('by the protocol', () => {
    expect(toDriver(new Vault('x')).open()).toBe('x');
  });

  test('by a registered serializer', () => {
    expect(String(toDriver(new Decimal('1.50')))).toBe('1.50');
  });

  test('by registration alone, field by field', () => {
    expect(toDriver(new Tag('a'))).toEqual(new Tag('a'));
  });

  test('two objects with a protocol that share data share it afterwards', () => {
    const shared = { a: 1 };
    class Box {
      readonly inner: unknown;
      constructor(inner: unknown) {
        this.inner = inner;
      }
      [Symbol.for('levin.serialize')](): unknown {
        return this.inner;
      }
      static [Symbol.for('levin.deserialize')](inner: unknown): Box {
        return new Box(inner);
      }
    }
    registerClass('box', Box);
    const [a, b] = toDriver([new Box(shared), new Box(shared)]);
    expect(a?.inner).toBe(b?.inner);
  });

  test('an id names one class', () => {
    class Other {}
    expect(() => registerClass('tag', Other)).toThrow(
      'registerClass: the id "tag" already names class Tag, so it cannot name class Other too. Give each class an id of its own.',
    );
  });
});

describe('executorInit', () => {
  test('runs once, in order, and again after a failure', async () => {
    const ran: string[] = [];
    executorInit(() => ran.push('first'));
    executorInit(async () => {
      ran.push('second');
      if (ran.length === 2) throw new Error('not yet');
    });
    await expect(runExecutorInits()).rejects.toThrow('not yet');
    await runExecutorInits();
    await runExecutorInits();
    expect(ran).toEqual(['first', 'second', 'second']);
  });
});
