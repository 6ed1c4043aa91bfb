import assert from 'node:assert/strict';
import { describe, test } from 'vitest';
import type { Scratch } from '../../engine/ports/scratch.ts';
import { assertRejects, type ContractCase, type ContractSubject } from './contract-case.ts';

/** Every case gets a scratch of this size. */
export const SCRATCH_LIMIT_BYTES = 1_000_000;

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** What every scratch must do: the port's docstring, sentence by sentence. */
export const scratchCases: readonly ContractCase<Scratch>[] = [
  {
    name: 'appends stand one after the other, each file by itself, and ranges read them',
    async run(scratch) {
      assert.equal(await scratch.append('a', text('hello ')), 0);
      assert.equal(await scratch.append('b', text('other')), 0);
      assert.equal(await scratch.append('a', text('world')), 6);
      assert.deepEqual(await scratch.read('a', 0, 11), text('hello world'));
      assert.deepEqual(await scratch.read('a', 4, 8), text('o wo'));
      assert.deepEqual(await scratch.read('a', 11, 11), text(''));
      assert.deepEqual(await scratch.read('b', 0, 5), text('other'));
    },
  },
  {
    name: 'appends that were not awaited stand in the order of the calls',
    async run(scratch) {
      const offsets = await Promise.all(Array.from({ length: 50 }, (_, i) => scratch.append('a', new Uint8Array(1000 + i).fill(i))));
      let offset = 0;
      for (const [i, found] of offsets.entries()) {
        assert.equal(found, offset);
        assert.deepEqual(await scratch.read('a', offset, offset + 1000 + i), new Uint8Array(1000 + i).fill(i));
        offset += 1000 + i;
      }
    },
  },
  {
    name: 'a read sees appends that were asked for before it',
    async run(scratch) {
      const appended = scratch.append('a', new Uint8Array(300_000).fill(7));
      assert.deepEqual(await scratch.read('a', 299_998, 300_000), Uint8Array.of(7, 7));
      await appended;
    },
  },
  {
    name: 'an append that would pass the limit is SCRATCH_FULL and stores nothing',
    async run(scratch) {
      await scratch.append('a', new Uint8Array(SCRATCH_LIMIT_BYTES - 10));
      await assertRejects(scratch.append('b', new Uint8Array(11)), 'SCRATCH_FULL', '11 bytes');
      assert.equal(scratch.usedBytes(), SCRATCH_LIMIT_BYTES - 10);
      assert.equal(await scratch.append('b', new Uint8Array(10)), 0);
      await assertRejects(scratch.append('a', new Uint8Array(1)), 'SCRATCH_FULL');
      assert.equal(scratch.usedBytes(), SCRATCH_LIMIT_BYTES);
    },
  },
  {
    name: 'a missing file is OBJECT_NOT_FOUND, a range past the end RANGE_NOT_SATISFIABLE',
    async run(scratch) {
      await scratch.append('a', text('abc'));
      await assertRejects(scratch.read('missing', 0, 0), 'OBJECT_NOT_FOUND', 'missing');
      for (const [start, end] of [
        [0, 4],
        [4, 4],
        [2, 1],
        [-1, 2],
      ] as const)
        await assertRejects(scratch.read('a', start, end), 'RANGE_NOT_SATISFIABLE');
    },
  },
  {
    name: 'a name that is none is INVALID_KEY',
    async run(scratch) {
      for (const name of ['', '.', '..', '.hidden', 'a/b', '../a', 'a b', 'é', 'x'.repeat(101)]) {
        await assertRejects(scratch.append(name, text('x')), 'INVALID_KEY');
        await assertRejects(scratch.read(name, 0, 0), 'INVALID_KEY');
      }
      await scratch.append(`Run_1.spill-${'x'.repeat(88)}`, text('x'));
    },
  },
  {
    name: 'bytes belong to the caller on both sides',
    async run(scratch) {
      const bytes = text('content');
      await scratch.append('a', bytes.subarray(0, 3));
      bytes.fill(0);
      const read = await scratch.read('a', 0, 3);
      read.fill(0);
      assert.deepEqual(await scratch.read('a', 0, 3), text('con'));
    },
  },
  {
    name: 'after dropAll everything is gone and calls are SCRATCH_DROPPED',
    async run(scratch) {
      const appended = scratch.append('a', text('abc'));
      await Promise.all([scratch.dropAll(), scratch.dropAll(), appended]);
      await scratch.dropAll();
      assert.equal(scratch.usedBytes(), 0);
      await assertRejects(scratch.append('a', text('x')), 'SCRATCH_DROPPED');
      await assertRejects(scratch.read('a', 0, 0), 'SCRATCH_DROPPED');
    },
  },
  {
    name: 'an aborted call rejects with the signal’s reason',
    async run(scratch) {
      await scratch.append('a', text('abc'));
      const reason = new Error('enough');
      const aborted = AbortSignal.abort(reason);
      await assert.rejects(scratch.append('a', text('x'), { signal: aborted }), (error) => error === reason);
      await assert.rejects(scratch.read('a', 0, 1, { signal: aborted }), (error) => error === reason);
      assert.equal(scratch.usedBytes(), 3);
      const abort = new AbortController();
      const running = scratch.read('a', 0, 1, { signal: abort.signal });
      abort.abort(reason);
      await assert.rejects(running, (error) => error === reason);
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
        await subject.dropAll();
        await dispose?.();
      }
    });
  });
}
