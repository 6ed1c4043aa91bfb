import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { callSiteOf } from '../../../../engine/closures/runtime/call-site.ts';
import { declareDriverOnly } from '../../../../engine/closures/runtime/driver-only.ts';
import { __lv, __sites } from '../../../../engine/closures/runtime/entry.ts';
import { type ClosureWarning, shipClosure } from '../../../../engine/closures/runtime/ship-closure.ts';
import { encodeValue } from '../../../../engine/closures/runtime/value-codec.ts';
import type { SiteMeta } from '../../../../engine/closures/site-meta.ts';
import { errorCode } from '../../../../engine/errors/levin-error.ts';
import { noImports, noSlices, site } from './hand-annotated.ts';

function closureOf(meta: Partial<SiteMeta>, thunk: () => readonly unknown[] = () => []): () => unknown {
  const [handle] = __sites(
    'src/job.ts',
    'file:///project/src/job.ts',
    [site('src/job.ts#f', { line: 3, column: 9, ...meta })],
    noImports,
    noSlices,
    'main',
  );
  return __lv(() => undefined, handle, thunk);
}

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
}

const options = { operation: 'rdd.map', callSite: null } as const;

describe('shipClosure refuses', () => {
  test('with code, fault, path and the whole text', () => {
    const fn = closureOf({ captures: ['cfg'], name: 'load' }, () => [{ db: { 'my pool': [Promise.resolve(1)] } }]);
    try {
      shipClosure(fn, options);
      expect.unreachable();
    } catch (error) {
      expect(errorCode(error)).toBe('CLOSURE_NOT_SHIPPABLE');
      expect(error).toMatchObject({
        fault: 'user',
        details: {
          operation: 'rdd.map',
          reason: 'PROMISE',
          path: ['function load (src/job.ts:3:9) captures `cfg`', '.db', '["my pool"]', '[0]'],
        },
      });
      expect((error as Error).message).toBe(
        'Cannot ship the function passed to rdd.map() to executors: a Promise (await it on the driver first).\n' +
          'reached through: function load (src/job.ts:3:9) captures `cfg` → .db → ["my pool"] → [0]',
      );
    }
  });

  test('what is no function', () => {
    const text = messageOf(() => shipClosure(undefined as unknown as () => void, options));
    expect(text).toBe('Cannot ship the function passed to rdd.map() to executors: it is undefined, not a function. Pass a function.');
  });

  test('a function of a file that was not loaded through levin', () => {
    const text = messageOf(() => shipClosure(() => 1, { ...options, callSite: { file: '/home/user/job.ts', line: 1, column: 1 } }));
    expect(text).toBe(
      'Cannot ship the function passed to rdd.map() to executors: job.ts was not loaded through levin; start it with `levin run job.ts` or `node --import levin/register job.ts`.',
    );
  });

  test('reading an environment variable, unless its name is allowed', () => {
    const fn = closureOf({ env: ['HOME', 'TOKEN'] });
    expect(messageOf(() => shipClosure(fn, { ...options, allowedEnv: ['HOME'] }))).toBe(
      'Cannot ship the function passed to rdd.map() to executors: function (src/job.ts:3:9) reads process.env.TOKEN, ' +
        "and executors do not have the driver's environment. Read it into a variable before the call, or allow it with `allowedEnv: ['TOKEN']` where it is set on the executors too.",
    );
    expect(shipClosure(fn, { ...options, allowedEnv: ['HOME', 'TOKEN'] }).modules).toEqual(['src/job.ts']);
    expect(shipClosure(fn, { ...options, allowedEnv: ['*'] }).modules).toEqual(['src/job.ts']);
  });

  test('reaching code of a module that reads one', () => {
    const [job] = __sites(
      'src/far-job.ts',
      'file:///project/src/far-job.ts',
      [site('src/far-job.ts#f', { deps: [{ kind: 'import', source: './settings.ts', name: 'token' }] })],
      noImports,
      noSlices,
      'main',
    );
    const token = ['t1', [], { uses: [], env: ['TOKEN'], mutable: [] }] as const;
    __sites('src/settings.ts', 'file:///project/src/settings.ts', [], noImports, { token }, 'module');
    expect(
      messageOf(() =>
        shipClosure(
          __lv(() => 1, job),
          options,
        ),
      ),
    ).toBe(
      'Cannot ship the function passed to rdd.map() to executors: `token` of src/settings.ts, which function (src/far-job.ts:1:1) uses, reads process.env.TOKEN, ' +
        "and executors do not have the driver's environment. Read it into a variable before the call, or allow it with `allowedEnv: ['TOKEN']` where it is set on the executors too.",
    );
  });

  test('the whole environment', () => {
    expect(
      messageOf(() =>
        shipClosure(
          closureOf({ captures: ['env'] }, () => [process.env]),
          options,
        ),
      ),
    ).toContain('`process.env`, the whole environment of the driver, secrets included.');
  });

  test('what exists only on the driver, in closures and in records', () => {
    class Session {}
    declareDriverOnly(Session, 'the Session exists only on the driver');
    const text = messageOf(() =>
      shipClosure(
        closureOf({ captures: ['s'] }, () => [new Session()]),
        options,
      ),
    );
    expect(text).toBe(
      'Cannot ship the function passed to rdd.map() to executors: the Session exists only on the driver.\n' +
        'reached through: function (src/job.ts:3:9) captures `s`',
    );
    expect(messageOf(() => encodeValue([new Session()]))).toBe('Cannot encode record[0]: the Session exists only on the driver.');
  });

  test.each<[string, () => unknown, string]>([
    [
      'a unique symbol',
      () => Symbol('mine'),
      'the unique symbol Symbol(mine); executors could not make the same one. Use Symbol.for("mine").',
    ],
    [
      'a property under a unique symbol',
      () => ({ [Symbol('k')]: 1 }),
      'the unique symbol Symbol(k); executors could not make the same one. Use Symbol.for("k").',
    ],
    ['a Proxy', () => new Proxy({}, {}), 'a Proxy, whose target and handler are hidden. Capture the plain object behind it.'],
    ['a generator object', () => (function* () {})(), 'a generator object, whose state is hidden. Copy what it yields into an array.'],
    ['an iterator', () => [1].values(), 'an iterator, whose state is hidden. Copy what it yields into an array.'],
    ['a WeakRef', () => new WeakRef({}), 'a WeakRef. Capture the object itself.'],
    [
      'arguments',
      () =>
        (function () {
          // biome-ignore lint/complexity/noArguments: what is tested
          return arguments;
        })(),
      'an `arguments` object. Use rest parameters.',
    ],
    [
      'a Map with properties',
      () => Object.assign(new Map(), { x: 1 }),
      'a Map with the own property "x", which would be lost. Keep it beside the Map in a plain object.',
    ],
    [
      'an AbortController',
      () => new AbortController(),
      'an instance of built-in AbortController, whose state is hidden. Create it inside the function.',
    ],
    ['a SharedArrayBuffer', () => new SharedArrayBuffer(1), 'a SharedArrayBuffer. Copy it into an ArrayBuffer.'],
    ['a resizable buffer', () => new ArrayBuffer(1, { maxByteLength: 2 }), 'a resizable ArrayBuffer. Copy it with .slice(0).'],
    [
      'an object that pretends',
      () => Object.create(Map.prototype),
      'an object with the prototype of a built-in ([object Map]) that is none. Use a plain object.',
    ],
    [
      'a class nobody can name',
      () => new (class Hidden {})(),
      "an instance of class Hidden, which no user module declares or imports by name, so executors cannot find it. Call registerClass('Hidden', …) for it at the top level of an imported module.",
    ],
    [
      'a failing protocol',
      () =>
        new (class Bad {
          [Symbol.for('levin.serialize')](): unknown {
            throw new Error('closed');
          }
        })(),
      'an instance of class Bad: its serialize method threw: closed. It must return plain data.',
    ],
    [
      'half a protocol',
      () =>
        new (class Half {
          [Symbol.for('levin.serialize')](): unknown {
            return 1;
          }
        })(),
      "an instance of class Half, which has [Symbol.for('levin.serialize')]() but no static [Symbol.for('levin.deserialize')](data) that makes it again.",
    ],
  ])('%s', (name, make, expected) => {
    const value = make();
    expect(
      messageOf(() =>
        shipClosure(
          closureOf({ captures: ['v'] }, () => [value]),
          options,
        ),
      ),
    ).toBe(
      `Cannot ship the function passed to rdd.map() to executors: ${expected}\nreached through: function (src/job.ts:3:9) captures \`v\`${name === 'a class nobody can name' ? ' → class Hidden' : ''}`,
    );
  });
});

describe('shipClosure tells', () => {
  test('traits of the function and of those it captures', () => {
    const inner = closureOf({ uses: ['Date'] });
    const [outer] = __sites(
      'src/outer.ts',
      'file:///project/src/outer.ts',
      [site('src/outer.ts#o', { captures: ['inner'], async: true, uses: ['Math.random'] })],
      noImports,
      noSlices,
      'main',
    );
    const shipped = shipClosure(
      __lv(
        async () => inner,
        outer,
        () => [inner],
      ),
      { operation: 'rdd.filter', callSite: { file: '/job.ts', line: 1, column: 2 } },
    );
    expect(shipped.traits).toEqual({ indeterminate: true, async: true, uses: ['Date', 'Math.random'] });
    expect(shipped).toMatchObject({
      operation: 'rdd.filter',
      callSite: { file: '/job.ts', line: 1, column: 2 },
      modules: ['src/job.ts', 'src/outer.ts'],
    });
    expect(shipClosure(Math.sqrt, options).traits).toEqual({ indeterminate: false, async: false, uses: [] });
  });

  test('a warning about much captured data', () => {
    const warnings: ClosureWarning[] = [];
    const fn = closureOf({ captures: ['v'] }, () => [new Uint8Array(1_500_000)]);
    shipClosure(fn, { ...options, callSite: { file: '/p/job.ts', line: 7, column: 1 }, onWarning: (w) => warnings.push(w) });
    expect(warnings).toEqual([
      {
        code: 'LARGE_CLOSURE',
        message:
          'The function passed to rdd.map() at /p/job.ts:7 captures 1.5 MB of data, which each stage that uses it takes along, and each task decodes. Broadcast the data: `const data = lv.broadcast(value)` before the call, `data.value` in the function.',
      },
    ]);
  });

  test('a warning about a variable of a module that is reassigned at run time', () => {
    const warnings: ClosureWarning[] = [];
    shipClosure(closureOf({ mutable: ['threshold'] }), { ...options, onWarning: (w) => warnings.push(w) });
    expect(warnings).toEqual([
      {
        code: 'MUTABLE_BINDING',
        message:
          'The function passed to rdd.map() uses the variable `threshold` of src/job.ts, which is reassigned at run time: executors see its initial value. Capture the value in a constant and use that.',
      },
    ]);
  });
});

describe('callSiteOf', () => {
  test('gives the first frame outside of levin, and leaves Error as it was', () => {
    const before = [Error.stackTraceLimit, Reflect.get(Error, 'prepareStackTrace')];
    const callSite = callSiteOf();
    expect(callSite?.file).toBe(fileURLToPath(import.meta.url));
    expect([Error.stackTraceLimit, Reflect.get(Error, 'prepareStackTrace')]).toEqual(before);
  });
});
