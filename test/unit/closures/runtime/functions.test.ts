import { beforeAll, describe, expect, test } from 'vitest';
import { __def, __lazy, __lv, __lvm, __sites } from '../../../../engine/closures/runtime/entry.ts';
import { prepareClosures, rebuildClosure } from '../../../../engine/closures/runtime/rebuild-closure.ts';
import { shipClosure } from '../../../../engine/closures/runtime/ship-closure.ts';
import { decodeValue, encodeValue } from '../../../../engine/closures/runtime/value-codec.ts';
import { noImports, noSlices, site } from './hand-annotated.ts';

// Two halves as the transform writes them: annotated code for the driver, factories for the executor.
const S = __sites(
  'job.ts',
  'file:///project/job.ts',
  [
    site('job.ts#divide', { captures: ['n'] }),
    site('job.ts#even', { captures: ['odd'], name: 'even' }),
    site('job.ts#odd', { captures: ['even'], name: 'odd' }),
    site('job.ts#scale', { captures: [], self: true }),
    site('job.ts#viaObject', { captures: ['o'] }),
    site('job.ts#inObject', { captures: ['f'] }),
    site('job.ts#next', { captures: ['before'] }),
    site('job.ts#norm', { kind: 'method', name: 'norm', captures: ['s'] }),
  ],
  noImports,
  noSlices,
  'main',
);

beforeAll(() => {
  __lazy('job.ts', {});
  __def('job.ts#divide', (n) => (x: number) => x / (n as number));
  __def(
    'job.ts#even',
    (odd) => named('even', (k: number): boolean => k === 0 || (odd as (k: number) => boolean)(k - 1)),
    () => {
      let odd: (k: number) => boolean;
      const even = named('even', (k: number): boolean => k === 0 || odd(k - 1));
      return [
        even,
        (captures) => {
          [odd] = captures as [typeof odd];
        },
      ];
    },
  );
  __def('job.ts#odd', (even) => named('odd', (k: number): boolean => k !== 0 && (even as (k: number) => boolean)(k - 1)));
  __def('job.ts#scale', function (this: unknown) {
    const self = this as { factor: number; scale: unknown };
    return (x: number) => [x * self.factor, self.scale];
  });
  __def('job.ts#viaObject', (o) => () => o);
  __def('job.ts#inObject', (f) => () => f);
  __def('job.ts#next', (before) => (x: number) => (before === null ? x : (before as { f: unknown }).f));
  __def(
    'job.ts#norm',
    (s) =>
      ({
        norm(this: { suffix: string }, x: string) {
          return x + s + this.suffix;
        },
      }).norm,
  );
});

function named<F extends (k: number) => boolean>(name: string, fn: F): F {
  Object.defineProperty(fn, 'name', { value: name });
  return fn;
}

// biome-ignore lint/complexity/noBannedTypes: any function may be shipped
async function ship(fn: Function): Promise<(...args: unknown[]) => unknown> {
  const { bytes } = shipClosure(fn, { operation: 'rdd.map', callSite: null });
  await prepareClosures([bytes], async () => {});
  return rebuildClosure(bytes) as (...args: unknown[]) => unknown;
}

describe('a function arrives with its captures', () => {
  test('as they were at the call', async () => {
    let n = 4;
    const divide = __lv(
      (x: number) => x / n,
      S[0],
      () => [n],
    );
    const shipped = await ship(divide);
    n = 100;
    expect(shipped(10)).toBe(2.5);
  });

  test('two functions that capture each other', async () => {
    function even(k: number): boolean {
      return k === 0 || odd(k - 1);
    }
    function odd(k: number): boolean {
      return k !== 0 && even(k - 1);
    }
    __lv(even, S[1], () => [odd]);
    __lv(odd, S[2], () => [even]);
    for (const [fn, expected] of [
      [even, true],
      [odd, false],
    ] as const) {
      const shipped = await ship(fn);
      expect([shipped(10), shipped.name]).toEqual([expected, fn.name]);
    }
  });

  test('an object whose method captures the object', async () => {
    const holder: { factor: number; scale?: unknown } = { factor: 3 };
    const make = function (this: typeof holder): unknown {
      return __lv(
        (x: number) => [x * this.factor, this.scale],
        S[3],
        () => [this],
      );
    };
    holder.scale = make.call(holder);
    const shipped = await ship(holder.scale as () => unknown);
    const [product, itself] = shipped(5) as [number, unknown];
    expect(product).toBe(15);
    expect(itself).toBe(shipped);
  });

  test('a cycle through an object needs no second form of the factory', async () => {
    const o: { g?: unknown } = {};
    const f = __lv(
      () => o,
      S[4],
      () => [o],
    );
    o.g = __lv(
      () => f,
      S[5],
      () => [f],
    );
    const shipped = await ship(f);
    const object = shipped() as { g: () => unknown };
    expect(object.g()).toBe(shipped);
  });

  test('a chain of 100,000 functions, each capturing the one before in an object', async () => {
    let last: { f: unknown } | null = null;
    for (let i = 0; i < 100_000; i += 1) {
      const before: { f: unknown } | null = last;
      last = {
        f: __lv(
          (x: number): unknown => (before === null ? x : before.f),
          S[6],
          () => [before],
        ),
      };
    }
    let at: unknown = await ship((last as unknown as { f: () => unknown }).f);
    let depth = 0;
    for (; typeof at === 'function'; depth += 1) at = at('bottom');
    expect([at, depth]).toEqual(['bottom', 100_000]);
  });

  test('own properties', async () => {
    const fn = Object.assign(
      __lv(
        (x: number) => x,
        S[0],
        () => [1],
      ),
      { label: 'half', nested: { a: 1 } },
    );
    const shipped = (await ship(fn)) as unknown as typeof fn;
    expect([shipped.label, shipped.nested]).toEqual(['half', { a: 1 }]);
  });

  test('a method of an object literal, with `this` and captures', async () => {
    const s = '-';
    const o = __lvm(
      {
        suffix: '!',
        norm(x: string) {
          return x + s + this.suffix;
        },
      },
      [['norm', S[7], () => [s]]],
    );
    const f = __lv(
      () => o,
      S[4],
      () => [o],
    );
    const object = (await ship(f))() as typeof o;
    expect(object.norm('a')).toBe('a-!');
  });

  test('one object captured by two functions of one payload stays one', async () => {
    const shared = { n: 1 };
    const o = {
      a: __lv(
        () => shared,
        S[4],
        () => [shared],
      ),
      b: __lv(
        () => shared,
        S[5],
        () => [shared],
      ),
    };
    const object = (
      await ship(
        __lv(
          () => o,
          S[4],
          () => [o],
        ),
      )
    )() as typeof o;
    expect(object.a()).toBe(object.b());
  });
});

describe('built-in functions go by name', () => {
  test.each([
    ['Number', Number, ['3'], 3],
    ['Math.sqrt', Math.sqrt, [9], 3],
    ['parseInt', parseInt, ['0x10', 16], 16],
    ['Boolean', Boolean, [''], false],
    ['JSON.stringify', JSON.stringify, [{ a: 1 }], '{"a":1}'],
    ['Number.isInteger', Number.isInteger, [1.5], false],
  ] as const)('%s', async (_, fn, args, expected) => {
    const shipped = await ship(fn);
    expect(shipped).toBe(fn);
    expect(shipped(...args)).toBe(expected);
  });
});

describe('what a payload needs', () => {
  test('modules are loaded once, and only those it names', async () => {
    const [far] = __sites('src/far.ts', 'file:///project/src/far.ts', [site('src/far.ts#f')], noImports, noSlices, 'module');
    const { bytes, modules } = shipClosure(
      __lv(() => 'far', far),
      { operation: 'rdd.map', callSite: null },
    );
    expect(modules).toEqual(['src/far.ts']);
    const loaded: string[] = [];
    const load = async (moduleId: string): Promise<void> => {
      loaded.push(moduleId);
      __lazy(moduleId, {});
      __def('src/far.ts#f', () => () => 'far');
    };
    await prepareClosures([bytes, bytes], load);
    await prepareClosures([bytes], load);
    expect(loaded).toEqual(['src/far.ts']);
    expect(rebuildClosure(bytes)()).toBe('far');
  });

  test('imports of a main file are loaded when a shipped function needs them', async () => {
    const [hash, cli] = __sites(
      'lazy.ts',
      'file:///project/lazy.ts',
      [site('lazy.ts#hash'), site('lazy.ts#cli')],
      noImports,
      noSlices,
      'main',
    );
    const evaluated: string[] = [];
    let join: (...parts: string[]) => string;
    __lazy('lazy.ts', {
      'node:path': [
        async () => {
          evaluated.push('node:path');
          return import('node:path');
        },
        (m: typeof import('node:path')) => {
          join = (...parts) => m.posix.join(...parts);
        },
      ],
      './cli-args.ts': [
        async () => {
          evaluated.push('./cli-args.ts');
        },
        () => {},
      ],
    });
    __def('lazy.ts#hash', () => (x: string) => join('a', x), 0, ['node:path']);
    __def('lazy.ts#cli', () => () => 1, 0, []);
    expect((await ship(__lv((x: string) => x, hash)))('b')).toBe('a/b');
    expect((await ship(__lv(() => 1, cli)))()).toBe(1);
    expect(evaluated).toEqual(['node:path']);
  });

  test('a site that the executor does not know', async () => {
    const [gone] = __sites('gone.ts', 'file:///project/gone.ts', [site('gone.ts#x')], noImports, noSlices, 'main');
    const { bytes } = shipClosure(
      __lv(() => 1, gone),
      { operation: 'rdd.map', callSite: null },
    );
    await expect(prepareClosures([bytes], async () => {})).rejects.toThrow(
      'Closure gone.ts#x is not in this executor bundle: driver and executor code differ (stale bundle?).',
    );
  });

  test('an import that fails says which function needed it, and is tried again', async () => {
    const [needy] = __sites('needy.ts', 'file:///project/needy.ts', [site('needy.ts#f')], noImports, noSlices, 'main');
    let tries = 0;
    __lazy('needy.ts', {
      'left-pad': [
        async () => {
          tries += 1;
          if (tries === 1) throw new Error('Cannot find package');
          return { default: 1 };
        },
        () => {},
      ],
    });
    __def('needy.ts#f', () => () => tries, 0, ['left-pad']);
    const { bytes } = shipClosure(
      __lv(() => 1, needy),
      { operation: 'rdd.map', callSite: null },
    );
    await expect(prepareClosures([bytes], async () => {})).rejects.toThrow(
      'Cannot rebuild a function that imports "left-pad": Cannot find package',
    );
    await prepareClosures([bytes], async () => {});
    expect(rebuildClosure(bytes)()).toBe(2);
  });
});

describe('functions are no records', () => {
  test('on the driver', () => {
    expect(() => encodeValue([{ f: () => 1 }])).toThrow(
      'Cannot encode record[0].f: a function f: functions cannot be data records. Return plain data instead.',
    );
  });

  test('nor are built-in ones', () => {
    expect(() => encodeValue(Math.sqrt)).toThrow('Cannot encode record: a function sqrt: functions cannot be data records.');
    expect(decodeValue(encodeValue({ Math }))).toEqual({ Math });
  });
});
