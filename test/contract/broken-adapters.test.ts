import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../engine/adapters/memory/memory-object-store.ts';
import { createMemoryScratch } from '../../engine/adapters/memory/memory-scratch.ts';
import { brokenMetadataStores } from './broken-metadata-stores.ts';
import { brokenObjectStores } from './broken-object-stores.ts';
import { brokenScratches } from './broken-scratches.ts';
import { failingCases } from './contract-case.ts';
import { metadataStoreCases } from './metadata-store.ts';
import { memoryMetadata } from './metadata-subjects.ts';
import { objectStoreCases } from './object-store.ts';
import { SCRATCH_LIMIT_BYTES, scratchCases } from './scratch.ts';

/** Of each flaw, the cases of the contract that notice it: all of them, and no other. */
const OBJECT_STORES: Readonly<Record<string, readonly string[]>> = {
  'forgets if-absent': [
    'an empty object is an object',
    'if-absent leaves an object that stands there unchanged',
    'of many concurrent if-absent puts exactly one is stored',
    'of many concurrent if-absent puts in chunks exactly one is stored',
  ],
  'looks before it puts if-absent, instead of deciding at once': [
    'of many concurrent if-absent puts exactly one is stored',
    'of many concurrent if-absent puts in chunks exactly one is stored',
  ],
  'returns half a range': [
    'a large object is read back whole and in ranges',
    'a range is exactly the bytes from start to end',
    'if-match reads the object that has this etag',
    'what a read returns belongs to the caller, in a buffer of its own',
  ],
  'gives a short answer past the end': [
    'a range past the end is RANGE_NOT_SATISFIABLE, never a short answer',
    'a range that is none is RANGE_NOT_SATISFIABLE',
  ],
  'ignores if-match of get': ['if-match of get fails with PRECONDITION_FAILED once the object changed'],
  'ignores if-match of getRange': ['if-match of getRange fails with PRECONDITION_FAILED once the object changed'],
  'lists in the order of UTF-16': [
    'a list is in the order of UTF-8 bytes',
    'pages of any size give every key once, in order',
    'a list goes on after any key, stored or not',
    'a list goes on where it was although its keys were deleted',
  ],
  'lists in the order of the puts': [
    'a list is in the order of UTF-8 bytes',
    'a list holds exactly the keys that start with the prefix',
    'pages of any size give every key once, in order',
    'a list goes on after any key, stored or not',
    'a list goes on where it was although its keys were deleted',
  ],
  'forgets the next page': [
    'pages of any size give every key once, in order',
    'a list goes on where it was although its keys were deleted',
    'a page has at most 1,000 keys unless asked otherwise',
  ],
  'gives the last key of a page again on the next': [
    'pages of any size give every key once, in order',
    'a list goes on after any key, stored or not',
    'a page has at most 1,000 keys unless asked otherwise',
  ],
  'takes a prefix for a folder': [
    'a list holds exactly the keys that start with the prefix',
    'pages of any size give every key once, in order',
  ],
  'tells a hash of the size as etag': [
    'the etag changes whenever the content does',
    'if-match of get fails with PRECONDITION_FAILED once the object changed',
    'if-match of getRange fails with PRECONDITION_FAILED once the object changed',
  ],
  'answers an empty object for a missing key': [
    'reads and lists see a put and a delete at once',
    'get, getRange and head of a missing key fail with OBJECT_NOT_FOUND and name it',
    'a folder of keys is no object',
    'if-match of a missing key is OBJECT_NOT_FOUND',
  ],
  'lists a put only at the second look': [
    'put, head and list tell the same etag and size',
    'a body in chunks whose iteration fails stores nothing and rejects with the error',
    'a put in chunks that is aborted between them stores nothing and ends the iteration',
    'reads and lists see a put and a delete at once',
    'a list is in the order of UTF-8 bytes',
    'a list holds exactly the keys that start with the prefix',
    'pages of any size give every key once, in order',
    'a list goes on after any key, stored or not',
    'a list goes on where it was although its keys were deleted',
    'a page has at most 1,000 keys unless asked otherwise',
    'unusual keys are kept apart and given back as they are',
    'deleteMany deletes what it names and nothing else',
    'a call with an aborted signal rejects with its reason and does nothing',
  ],
  'shows a put in pieces': ['a reader sees a put whole or not at all while it goes on'],
  'keeps the caller’s buffer': ['the body is taken as it was, also from the middle of a buffer'],
  'hands out its own buffer': [
    'reads and lists see a put and a delete at once',
    'what a read returns belongs to the caller, in a buffer of its own',
  ],
  'answers with a view into a larger buffer': ['what a read returns belongs to the caller, in a buffer of its own'],
  'stores the chunks that came before a failure': ['a body in chunks whose iteration fails stores nothing and rejects with the error'],
  'keeps chunks after the next one was asked for': [
    'a body in chunks is one object, whatever its chunks',
    'of many concurrent if-absent puts in chunks exactly one is stored',
  ],
  'believes how long a body says it is': ['a body in chunks that is longer or shorter than announced stores nothing'],
  'shows chunks as they come': ['a reader sees a put in chunks whole or not at all while it goes on'],
  'forgets to end an iteration': ['a put in chunks that is aborted between them stores nothing and ends the iteration'],
  'deletes everything below a key': ['a folder of keys is no object', 'unusual keys are kept apart and given back as they are'],
  'reports missing keys as failures': ['a folder of keys is no object', 'a missing key counts as deleted'],
  'deletes only the first key': [
    'every method refuses a key that is none with INVALID_KEY',
    'unusual keys are kept apart and given back as they are',
    'deleteMany deletes what it names and nothing else',
  ],
  'resolves ".." in keys': ['every method refuses a key that is none with INVALID_KEY'],
  'ignores the signal': [
    'a put in chunks that is aborted between them stores nothing and ends the iteration',
    'a call with an aborted signal rejects with its reason and does nothing',
    'a call that is aborted while it runs rejects with the reason, and leaves whole objects only',
  ],
  'looks at the signal only at the start': ['a call that is aborted while it runs rejects with the reason, and leaves whole objects only'],
};

const METADATA_STORES: Readonly<Record<string, readonly string[]>> = {
  'ignores the condition of a put': [
    'items belong to the caller: changing one changes nothing in the store',
    'an expired item is as if it were not there',
    'a refused put gives the item that stands there and changes nothing',
    'equals never holds of a missing item',
    'of many concurrent conditional puts one is written, and the others learn the winner',
    'concurrent compare-and-set loses no update',
  ],
  'ignores the condition of a delete': [
    'an expired item is as if it were not there',
    'a refused delete gives the item that stands there and changes nothing',
    'equals never holds of a missing item',
  ],
  'looks before it puts, instead of deciding at once': [
    'of many concurrent conditional puts one is written, and the others learn the winner',
    'concurrent compare-and-set loses no update',
  ],
  'looks at the first field of a condition only': ['a refused put gives the item that stands there and changes nothing'],
  'compares fields as text': [
    'absent holds where there is no item, equals where each named field equals',
    'a refused delete gives the item that stands there and changes nothing',
  ],
  'does not tell a loser the winner': [
    'items belong to the caller: changing one changes nothing in the store',
    'an expired item is as if it were not there',
    'a refused put gives the item that stands there and changes nothing',
    'of many concurrent conditional puts one is written, and the others learn the winner',
  ],
  'merges a put into the item that stands there': [
    'a put item is read back as it was',
    'the last of two puts stands whole',
    'absent holds where there is no item, equals where each named field equals',
  ],
  "loses a transaction's second write": [
    'every method refuses a key that is none with INVALID_KEY',
    'a transaction writes all of its writes',
    'a refused delete in a transaction refuses all of it',
    'the first condition that does not hold is named, checks before writes',
    'a transaction names at most 100 keys, each once',
    'concurrent transactions are isolated: the sum of two accounts never changes',
  ],
  'forgets the checks of a transaction': [
    'every method refuses a key that is none with INVALID_KEY',
    'a check that does not hold refuses the whole transaction and is named with its item',
    'the first condition that does not hold is named, checks before writes',
    'a transaction of checks alone tells whether they hold, and an empty one is written',
    'a transaction names at most 100 keys, each once',
    'a transaction sees expired items as missing',
  ],
  'writes a transaction one write after the other': [
    'every method refuses a key that is none with INVALID_KEY',
    'a write whose condition does not hold refuses the whole transaction, those before it too',
    'a refused delete in a transaction refuses all of it',
    'a transaction names at most 100 keys, each once',
    'concurrent transactions are isolated: the sum of two accounts never changes',
  ],
  'names the last condition that did not hold': ['the first condition that does not hold is named, checks before writes'],
  'takes a transaction of any size': ['a transaction names at most 100 keys, each once'],
  'shows expired items to get': ['an expired item is as if it were not there'],
  'forgets when items expire': [
    'what JSON would lose is INVALID_ITEM',
    'an expired item is as if it were not there',
    'expired items neither appear nor end a query early',
    'a transaction sees expired items as missing',
  ],
  'queries in the order of the writes': [
    'a query gives one partition in the order of UTF-8 bytes',
    'a query gives exactly the sort keys with the prefix',
    'pages of any size give every item once, in order',
    'a query goes on after any sort key, stored or not',
  ],
  'queries without the prefix': [
    'every method refuses a key that is none with INVALID_KEY',
    'a query gives exactly the sort keys with the prefix',
    'pages of any size give every item once, in order',
    'a query goes on after any sort key, stored or not',
  ],
  'forgets the next page': ['pages of any size give every item once, in order', 'a page has at most 1,000 items unless asked otherwise'],
  'queries again what the last page ended with': [
    'pages of any size give every item once, in order',
    'a query goes on after any sort key, stored or not',
    'a page has at most 1,000 items unless asked otherwise',
  ],
  'hands out its own items': ['items belong to the caller: changing one changes nothing in the store'],
  'loses what JSON loses': ['what JSON would lose is INVALID_ITEM'],
  'ignores the signal': [
    'a call with an aborted signal rejects with its reason and does nothing',
    'a call that is aborted while it runs rejects with the reason, and others go on',
  ],
};

const SCRATCHES: Readonly<Record<string, readonly string[]>> = {
  'knows no limit': ['an append that would pass the limit is SCRATCH_FULL and stores nothing'],
  'gives a short answer past the end': ['a missing file is OBJECT_NOT_FOUND, a range past the end RANGE_NOT_SATISFIABLE'],
  'makes an empty file where nothing fits': ['an append that would pass the limit is SCRATCH_FULL and stores nothing'],
  'forgets empty files': ['any range over many appends is exactly its bytes', 'an empty append makes an empty file'],
  'keeps what was dropped': [
    'a name that is none is INVALID_KEY',
    'a dropped file is missing, its space is free, and it can begin anew',
    'after dropAll everything is gone and calls are SCRATCH_DROPPED',
  ],
  'keeps its bytes after dropAll': ['after dropAll everything is gone and calls are SCRATCH_DROPPED'],
  'takes any name': [
    'a missing file is OBJECT_NOT_FOUND, a range past the end RANGE_NOT_SATISFIABLE',
    'a name that is none is INVALID_KEY',
  ],
  "keeps the caller's buffer": ['bytes that were appended belong to the caller'],
  'hands out its own buffer': ['bytes that were read belong to the caller'],
};

describe('the contract notices a broken object store', () => {
  test('and finds no fault with a sound one', async () => {
    expect(await failingCases(objectStoreCases, createMemoryObjectStore)).toEqual([]);
  });
  test.for(brokenObjectStores)('that $flaw', async ({ flaw, make }) => {
    expect(OBJECT_STORES[flaw]).not.toEqual([]);
    expect(await failingCases(objectStoreCases, make)).toEqual(OBJECT_STORES[flaw]);
  });
});

describe('the contract notices a broken metadata store', () => {
  test('and finds no fault with a sound one', async () => {
    expect(await failingCases(metadataStoreCases, memoryMetadata)).toEqual([]);
  });
  test.for(brokenMetadataStores)('that $flaw', async ({ flaw, make }) => {
    expect(METADATA_STORES[flaw]).not.toEqual([]);
    expect(await failingCases(metadataStoreCases, make)).toEqual(METADATA_STORES[flaw]);
  });
});

describe('the contract notices a broken scratch', () => {
  test('and finds no fault with a sound one', async () => {
    expect(await failingCases(scratchCases, () => createMemoryScratch({ limitBytes: SCRATCH_LIMIT_BYTES }))).toEqual([]);
  });
  test.for(brokenScratches)('that $flaw', async ({ flaw, make }) => {
    expect(SCRATCHES[flaw]).not.toEqual([]);
    expect(await failingCases(scratchCases, make)).toEqual(SCRATCHES[flaw]);
  });
});
