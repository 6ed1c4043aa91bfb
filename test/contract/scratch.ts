import assert from 'node:assert/strict';
import { describe, test } from 'vitest';
import type { Scratch } from '../../engine/ports/scratch.ts';
import { assertThrows, type ContractCase, type ContractSubject } from './contract-case.ts';

/** Every case gets a scratch of this size. */
export const SCRATCH_LIMIT_BYTES = 1_000_000;

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** What every scratch must do: the port's docstring, sentence by sentence. */
export const scratchCases: readonly ContractCase<Scratch>[] = [
  {
    name: 'appends stand one after the other, each file by itself, and ranges read them',
    run(scratch) {
      assert.equal(scratch.append('a', text('hello ')), 0);
      assert.equal(scratch.append('b', text('other')), 0);
      assert.equal(scratch.append('a', text('world')), 6);
      assert.deepEqual(scratch.read('a', 0, 11), text('hello world'));
      assert.deepEqual(scratch.read('a', 4, 8), text('o wo'));
      assert.deepEqual(scratch.read('a', 11, 11), text(''));
      assert.deepEqual(scratch.read('b', 0, 5), text('other'));
    },
  },
  {
    name: 'any range over many appends is exactly its bytes',
    run(scratch) {
      const all: number[] = [];
      for (let i = 0; i < 60; i++) {
        assert.equal(scratch.append('a', new Uint8Array(i % 7).fill(i)), all.length);
        for (let k = 0; k < i % 7; k++) all.push(i);
      }
      for (let start = 0; start <= all.length; start += 5)
        for (let end = start; end <= all.length; end += 11)
          assert.deepEqual(scratch.read('a', start, end), Uint8Array.from(all.slice(start, end)));
    },
  },
  {
    name: 'an empty append makes an empty file',
    run(scratch) {
      assert.equal(scratch.append('a', text('')), 0);
      assert.deepEqual(scratch.read('a', 0, 0), text(''));
      assert.equal(scratch.append('a', text('abc')), 0);
      assert.deepEqual(scratch.read('a', 0, 3), text('abc'));
      assert.equal(scratch.usedBytes(), 3);
    },
  },
  {
    name: 'an append that would pass the limit is SCRATCH_FULL and stores nothing',
    run(scratch) {
      scratch.append('a', new Uint8Array(SCRATCH_LIMIT_BYTES - 10));
      assertThrows(() => scratch.append('b', new Uint8Array(11)), 'SCRATCH_FULL', '11 bytes');
      assert.equal(scratch.usedBytes(), SCRATCH_LIMIT_BYTES - 10);
      assertThrows(() => scratch.read('b', 0, 0), 'OBJECT_NOT_FOUND', 'b');
      assert.equal(scratch.append('b', new Uint8Array(10)), 0);
      assertThrows(() => scratch.append('a', new Uint8Array(1)), 'SCRATCH_FULL');
      assert.equal(scratch.usedBytes(), SCRATCH_LIMIT_BYTES);
    },
  },
  {
    name: 'a missing file is OBJECT_NOT_FOUND, a range past the end RANGE_NOT_SATISFIABLE',
    run(scratch) {
      scratch.append('a', text('abc'));
      assertThrows(() => scratch.read('missing', 0, 0), 'OBJECT_NOT_FOUND', 'missing');
      for (const [start, end] of [
        [0, 4],
        [4, 4],
        [2, 1],
        [-1, 2],
      ] as const)
        assertThrows(() => scratch.read('a', start, end), 'RANGE_NOT_SATISFIABLE');
    },
  },
  {
    name: 'a name that is none is INVALID_KEY',
    run(scratch) {
      for (const name of ['', '.', '..', '.hidden', 'a/b', '../a', 'a b', 'é', 'x'.repeat(101)]) {
        assertThrows(() => scratch.append(name, text('x')), 'INVALID_KEY');
        assertThrows(() => scratch.read(name, 0, 0), 'INVALID_KEY');
        assertThrows(() => scratch.drop(name), 'INVALID_KEY');
      }
      scratch.append(`Run_1.spill-${'x'.repeat(88)}`, text('x'));
    },
  },
  {
    name: 'bytes that were appended belong to the caller',
    run(scratch) {
      const bytes = text('content');
      scratch.append('a', bytes.subarray(0, 3));
      bytes.fill(0);
      assert.deepEqual(scratch.read('a', 0, 3), text('con'));
    },
  },
  {
    name: 'bytes that were read belong to the caller',
    run(scratch) {
      scratch.append('a', text('content'));
      scratch.read('a', 0, 7).fill(0);
      assert.deepEqual(scratch.read('a', 0, 7), text('content'));
    },
  },
  {
    name: 'a dropped file is missing, its space is free, and it can begin anew',
    run(scratch) {
      scratch.append('a', new Uint8Array(SCRATCH_LIMIT_BYTES - 3));
      scratch.append('b', text('abc'));
      scratch.drop('a');
      scratch.drop('a');
      scratch.drop('never-there');
      assert.equal(scratch.usedBytes(), 3);
      assertThrows(() => scratch.read('a', 0, 0), 'OBJECT_NOT_FOUND', 'a');
      assert.deepEqual(scratch.read('b', 0, 3), text('abc'));
      assert.equal(scratch.append('a', new Uint8Array(SCRATCH_LIMIT_BYTES - 3)), 0);
    },
  },
  {
    name: 'after dropAll everything is gone and calls are SCRATCH_DROPPED',
    run(scratch) {
      scratch.append('a', text('abc'));
      scratch.dropAll();
      scratch.dropAll();
      assert.equal(scratch.usedBytes(), 0);
      assertThrows(() => scratch.append('a', text('x')), 'SCRATCH_DROPPED');
      assertThrows(() => scratch.read('a', 0, 0), 'SCRATCH_DROPPED');
      assertThrows(() => scratch.drop('a'), 'SCRATCH_DROPPED');
    },
  },
];

/** Runs the contract against a scratch of `SCRATCH_LIMIT_BYTES`; `make` gives an empty one for each case. */
export function scratchContract(name: string, make: () => ContractSubject<Scratch>): void {
  describe(`scratch contract: ${name}`, () => {
    test.for(scratchCases)('$name', async ({ run }) => {
      const { subject, dispose } = make();
      try {
        await run(subject);
      } finally {
        subject.dropAll();
        await dispose?.();
      }
    });
  });
}
