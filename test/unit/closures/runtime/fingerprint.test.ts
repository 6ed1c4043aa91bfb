import { describe, expect, test } from 'vitest';
import { driverRegistry, setPackageVersionResolver } from '../../../../engine/closures/runtime/driver-registry.ts';
import { __lv, __sites } from '../../../../engine/closures/runtime/entry.ts';
import { shipClosure } from '../../../../engine/closures/runtime/ship-closure.ts';
import type { BindingSlices, SiteMeta, SliceDep } from '../../../../engine/closures/site-meta.ts';
import { noImports, noSlices, site } from './hand-annotated.ts';

function capturing(value: unknown, meta: Partial<SiteMeta> = {}): string {
  const [handle] = __sites('fp.ts', 'file:///project/fp.ts', [site('fp.ts#f', { captures: ['v'], ...meta })], noImports, noSlices, 'main');
  return fingerprint(
    __lv(
      () => value,
      handle,
      () => [value],
    ),
  );
}

// biome-ignore lint/complexity/noBannedTypes: any function may be shipped
function fingerprint(fn: Function): string {
  return shipClosure(fn, { operation: 'rdd.map', callSite: null }).fingerprint;
}

describe('the fingerprint of a function', () => {
  test('is a SHA-256, and the same for the same function', () => {
    expect(capturing({ a: 1 })).toMatch(/^[0-9a-f]{64}$/);
    expect(capturing({ a: 1 })).toBe(capturing({ a: 1 }));
  });

  test('is a fixed function of code and values, so that it survives processes and versions of V8', () => {
    expect(capturing({ a: [1, 'x', -0], m: new Map([['k', 2n]]) })).toBe(
      '4d19c75ee2044ff5fe3e8f97a28e8139c3f0748ce1d882c3edfca3dca0477d99',
    );
  });

  test.each([
    ['number', 1, 2],
    ['sign of zero', 0, -0],
    ['number and string', 1, '1'],
    ['number and bigint', 1, 1n],
    ['missing and undefined', {}, { a: undefined }],
    ['order of keys', { a: 1, b: 2 }, { b: 2, a: 1 }],
    [
      'order of a Map',
      new Map([
        [1, 1],
        [2, 2],
      ]),
      new Map([
        [2, 2],
        [1, 1],
      ]),
    ],
    ['content of a captured Map', new Map([['k', [1]]]), new Map([['k', [2]]])],
    ['order of a Set', new Set([1, 2]), new Set([2, 1])],
    ['hole and undefined', Object.assign([], { 1: 1 }), [undefined, 1]],
    [
      'sharing',
      (() => {
        const o = {};
        return [o, o];
      })(),
      [{}, {}],
    ],
    ['built-in functions', { f: Math.min }, { f: Math.max }],
  ])('differs by %s', (_, a, b) => {
    expect(capturing(a)).not.toBe(capturing(b));
  });

  test('does not depend on file, position, name or key of the site, only on its hash', () => {
    const elsewhere = __sites(
      'other/file.ts',
      'file:///project/other/file.ts',
      [site('other/file.ts#f.1', { captures: ['v'], hash: 'f', line: 99, name: 'g' })],
      noImports,
      noSlices,
      'main',
    );
    expect(
      fingerprint(
        __lv(
          () => 1,
          elsewhere[0],
          () => [1],
        ),
      ),
    ).toBe(capturing(1));
    expect(capturing(1, { hash: 'other' })).not.toBe(capturing(1));
  });

  test('takes captured functions by their code', () => {
    const [a, b] = __sites('inner.ts', 'file:///project/inner.ts', [site('inner.ts#a'), site('inner.ts#b')], noImports, noSlices, 'main');
    const one = capturing(__lv(() => 1, a));
    expect(one).toBe(capturing(__lv(() => 1, a)));
    expect(one).not.toBe(capturing(__lv(() => 2, b)));
  });
});

describe('what a function reaches by code', () => {
  const own = (name: string): SliceDep => ({ kind: 'own', name });
  const from = (source: string, name: string): SliceDep => ({ kind: 'import', source, name });

  /** job.ts → util.ts → consts.ts, and a package; `change` overrides slices. */
  function threeFiles(change: { util?: BindingSlices; consts?: BindingSlices; version?: string } = {}): string {
    driverRegistry().modules.clear();
    setPackageVersionResolver((source, moduleId) => {
      if (source === 'lodash-es') return `lodash-es@${change.version ?? '4.17.0'}`;
      return `module:${new URL(source, `file:///${moduleId}`).pathname.slice(1)}`;
    });
    __sites(
      'src/consts.ts',
      'file:///src/consts.ts',
      [],
      noImports,
      { K: ['k1', []], unused: ['u1', []], '*': ['all', []], ...change.consts },
      'module',
    );
    __sites(
      'src/util.ts',
      'file:///src/util.ts',
      [],
      noImports,
      {
        parse: ['p1', [own('helper'), from('lodash-es', 'trim')]],
        helper: ['h1', [own('parse'), from('./consts.ts', 'K')], { uses: ['Math.random'], env: [], mutable: [] }],
        other: ['o1', []],
        '*': ['all', []],
        ...change.util,
      },
      'module',
    );
    const deps = [from('./util.ts', 'parse')];
    const [handle] = __sites('src/job.ts', 'file:///src/job.ts', [site('src/job.ts#f', { deps })], noImports, noSlices, 'main');
    return fingerprint(__lv(() => 1, handle));
  }

  const base = threeFiles();

  test.each<[string, Parameters<typeof threeFiles>[0]]>([
    ['the imported function', { util: { parse: ['p2', [own('helper'), from('lodash-es', 'trim')]] } }],
    ['a function it calls', { util: { helper: ['h2', [own('parse'), from('./consts.ts', 'K')]] } }],
    ['a constant two modules away', { consts: { K: ['k2', []] } }],
    ['which name is imported', { util: { helper: ['h1', [own('parse'), from('./consts.ts', 'unused')]] } }],
    ['the version of a package', { version: '4.18.0' }],
  ])('changes with %s', (_, change) => {
    expect(threeFiles(change)).not.toBe(base);
  });

  test.each<[string, Parameters<typeof threeFiles>[0]]>([
    ['nothing', {}],
    ['an export nobody reaches', { util: { other: ['o2', []] }, consts: { unused: ['u2', []] } }],
    ['the module as a whole', { util: { '*': ['all2', []] } }],
  ])('stays with a change of %s', (_, change) => {
    expect(threeFiles(change)).toBe(base);
  });

  test('indeterminate things in reached functions count', () => {
    threeFiles();
    const { modules } = driverRegistry();
    const handle = modules.get('src/job.ts')?.sites[0];
    const { traits } = shipClosure(
      __lv(() => 1, handle),
      { operation: 'rdd.map', callSite: null },
    );
    expect(traits).toEqual({ indeterminate: true, async: false, uses: ['Math.random'] });
  });

  test('without a loader relative imports are found by their file', () => {
    threeFiles();
    driverRegistry().resolveImport = null;
    const handle = driverRegistry().modules.get('src/job.ts')?.sites[0];
    driverRegistry().version += 1;
    const before = fingerprint(__lv(() => 1, handle));
    threeFiles({ consts: { K: ['k2', []] } });
    driverRegistry().resolveImport = null;
    driverRegistry().version += 1;
    expect(fingerprint(__lv(() => 1, driverRegistry().modules.get('src/job.ts')?.sites[0]))).not.toBe(before);
  });

  test('a reach of 100,000 bindings is walked without recursion', () => {
    const slices: Record<string, [string, SliceDep[]]> = {};
    for (let i = 0; i < 100_000; i += 1) slices[`b${i}`] = [`h${i}`, [own(`b${i + 1}`)]];
    const [deep] = __sites('deep.ts', 'file:///deep.ts', [site('deep.ts#f', { ref: 'b0' })], noImports, slices, 'module');
    expect(fingerprint(__lv(() => 1, deep))).toMatch(/^[0-9a-f]{64}$/);
  });
});
