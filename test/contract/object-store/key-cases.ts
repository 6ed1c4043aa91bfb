import assert from 'node:assert/strict';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { assertRejects, type ContractCase } from '../contract-case.ts';
import { text } from './write-cases.ts';

const INVALID_KEYS = [
  '',
  '/',
  '/absolute',
  'folder/',
  'a//b',
  '.',
  '..',
  './a',
  '../a',
  'a/.',
  'a/..',
  'a/../b',
  'a/./b',
  'nul\0',
  'half\ud800',
  '\udc00half',
  'x'.repeat(1025),
  `${'é'.repeat(512)}x`,
];

const INVALID_PREFIXES = ['/', '/absolute', 'a//', '../', 'a/../b', './', 'nul\0', 'half\ud800', 'x'.repeat(1025)];

const UNUSUAL_KEYS = [
  'with space',
  ' leading and trailing ',
  'percent%2Fencoded',
  'question?hash#amp&plus+',
  'back\\slash',
  'quote"\'`',
  'star*{a,b}[c]',
  'new\nline',
  '.hidden',
  '..a',
  'a..',
  '...',
  '__proto__',
  'constructor/prototype',
  'toString',
  'CON',
  'a:b|c<d>',
  '\u{1f600}/\u00e9',
  '-rf',
  '~',
  'x'.repeat(255),
  `${'long/'.repeat(204)}long`,
  `${`${'é'.repeat(126)}/`.repeat(4)}xyz`,
];

export const keyCases: readonly ContractCase<ObjectStore>[] = [
  {
    name: 'every method refuses a key that is none with INVALID_KEY',
    async run(store) {
      for (const key of INVALID_KEYS) {
        await assertRejects(store.put(key, text('x')), 'INVALID_KEY');
        await assertRejects(store.put(key, text('x'), { ifAbsent: true }), 'INVALID_KEY');
        await assertRejects(store.get(key), 'INVALID_KEY');
        await assertRejects(store.getRange(key, 0, 1), 'INVALID_KEY');
        await assertRejects(store.head(key), 'INVALID_KEY');
        await assertRejects(store.deleteMany(['fine', key]), 'INVALID_KEY');
      }
      assert.deepEqual(await store.list(''), { objects: [], next: null });
    },
  },
  {
    name: 'a prefix that no key can start with is INVALID_KEY',
    async run(store) {
      for (const prefix of INVALID_PREFIXES) await assertRejects(store.list(prefix), 'INVALID_KEY');
      for (const prefix of ['.', '..', 'a/.', 'a/..', '']) assert.deepEqual(await store.list(prefix), { objects: [], next: null });
    },
  },
  {
    name: 'unusual keys are kept apart and given back as they are',
    async run(store) {
      for (const key of UNUSUAL_KEYS) await store.put(key, text(key));
      for (const key of UNUSUAL_KEYS) {
        assert.deepEqual(await store.get(key), text(key));
        assert.equal((await store.head(key)).key, key);
      }
      const listed = (await store.list('')).objects.map(({ key }) => key);
      assert.deepEqual(new Set(listed), new Set(UNUSUAL_KEYS));
      assert.deepEqual(await store.deleteMany(UNUSUAL_KEYS), { failed: [] });
      assert.deepEqual(await store.list(''), { objects: [], next: null });
    },
  },
  {
    name: 'deleteMany deletes what it names and nothing else',
    async run(store) {
      for (const key of ['a/1', 'a/2', 'a/20', 'b']) await store.put(key, text(key));
      assert.deepEqual(await store.deleteMany(['a/2', 'b']), { failed: [] });
      assert.deepEqual(
        (await store.list('')).objects.map(({ key }) => key),
        ['a/1', 'a/20'],
      );
      assert.deepEqual(await store.get('a/20'), text('a/20'));
    },
  },
  {
    name: 'a missing key counts as deleted',
    async run(store) {
      await store.put('a', text('x'));
      assert.deepEqual(await store.deleteMany(['a', 'a', 'missing', 'x/y/z', 'a/below']), { failed: [] });
      assert.deepEqual(await store.deleteMany([]), { failed: [] });
      assert.deepEqual(await store.list(''), { objects: [], next: null });
    },
  },
];
