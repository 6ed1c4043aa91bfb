import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createByteSpool } from '../../../engine/runtime/spill/byte-spool.ts';
import { createRecordSpool } from '../../../engine/runtime/spill/record-spool.ts';
import { recordsOf } from '../../../engine/runtime/spill/run-merger.ts';
import { spillSpace } from './spill-fixture.ts';

describe('a record spool', () => {
  test('gives all records in order, as often as it is asked', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 200 }), fc.integer({ min: 1, max: 8_000 }), (records, shareBytes) => {
        const space = spillSpace(shareBytes);
        const spool = createRecordSpool(space);
        for (const record of records) spool.add(record);
        spool.finish();
        for (let i = 0; i < 2; i += 1) expect([...recordsOf(spool.open())]).toEqual(records);
        if (spool.array() !== null) expect([spool.array(), space.counters.spills]).toEqual([records, 0]);
        spool.drop();
        expect(space.scratch.usedBytes()).toBe(0);
      }),
    );
  });

  test('shares its memory with the others of the task', () => {
    const space = spillSpace(30_000);
    const spools = Array.from({ length: 5 }, () => createRecordSpool(space));
    for (const spool of spools) {
      for (let i = 0; i < 200; i += 1) spool.add(`record ${i}`);
      spool.finish();
    }
    // Each takes about 9 KB.
    expect(spools.map((spool) => spool.array() !== null)).toEqual([true, true, true, false, false]);
    spools[0]?.drop();
    const next = createRecordSpool(space);
    next.add('after one was dropped');
    next.finish();
    expect(next.array()).toEqual(['after one was dropped']);
  });
});

describe('a byte spool', () => {
  test('gives chunks in the order they came, however pushes and shifts alternate', () => {
    const steps = fc.array(
      fc.oneof(
        fc.nat(300).map((length) => ({ length })),
        fc.constant('shift' as const),
      ),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 600 }), (all, shareBytes) => {
        const space = spillSpace(shareBytes);
        const spool = createByteSpool(space);
        const model: Uint8Array[] = [];
        for (const [i, step] of all.entries()) {
          if (step === 'shift') expect(spool.shift()).toEqual(model.shift());
          else {
            const chunk = new Uint8Array(step.length).fill(i);
            model.push(chunk);
            spool.push(chunk);
          }
        }
        for (const chunk of model) expect(spool.shift()).toEqual(chunk);
        expect(spool.shift()).toBeUndefined();
        spool.drop();
        expect(space.scratch.usedBytes()).toBe(0);
      }),
    );
  });

  test('holds no more than its share', () => {
    const space = spillSpace(1_000);
    const spool = createByteSpool(space);
    for (let i = 0; i < 10; i += 1) spool.push(new Uint8Array(400));
    expect(space.counters.diskBytesSpilled).toBe(8 * 400);
  });
});
