import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { createMemoryScratch } from '../../../engine/adapters/memory/memory-scratch.ts';
import type { PlanNode, Sink } from '../../../engine/plan/stage-plan.ts';
import type { ObjectBody } from '../../../engine/ports/object-body.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { textStream } from '../../../engine/runtime/sources/text.ts';
import { AMPLE_MEMORY } from '../../support/task-memory.ts';
import { spillSpace } from '../spill/spill-fixture.ts';
import { chain, type Ran, runPartition } from './task-harness.ts';

const COUNT = 60_000;
const lineAt = (i: number): string => `line ${i} ${(i * 2654435761) % 4294967296} ${'words and words '.repeat(i % 9)}`;
const LINES = Array.from({ length: COUNT }, (_, i) => lineAt(i));
const TEXT = `${LINES.join('\n')}\n`;

const nodes: readonly PlanNode[] = [{ kind: 'range', start: 0, step: 1, count: COUNT, numPartitions: 1 }, ...chain({ kind: 'map', fn: 0 })];

interface Saved extends Ran {
  readonly bytes: Uint8Array;
  readonly body: ObjectBody;
  /** Most bytes that were in scratch. */
  readonly scratchBytes: number;
  readonly files: ObjectStore;
}

async function save(sink: Sink, { executionBytes = AMPLE_MEMORY.executionBytes, limitBytes = 2 ** 30 } = {}): Promise<Saved> {
  const inner = createMemoryObjectStore();
  const scratch = createMemoryScratch({ limitBytes });
  const bodies: ObjectBody[] = [];
  const files: ObjectStore = {
    ...inner,
    put(key, body, options) {
      bodies.push(body);
      return inner.put(key, body, options);
    },
  };
  const of = sink.kind === 'saveAsTextFile' ? lineAt : (i: number) => ({ i, text: lineAt(i) });
  const ran = await runPartition({ nodes, sink, functions: [of], files, scratch, memory: { ...AMPLE_MEMORY, executionBytes } });
  const { output } = ran;
  if (output.kind !== 'file') throw new Error(`the output is ${output.kind}`);
  const bytes = await inner.get(output.path.slice(1));
  return { ...ran, bytes, body: bodies[0] as ObjectBody, scratchBytes: scratch.usedBytes(), files };
}

const SINKS: readonly Sink[] = [
  { kind: 'saveAsTextFile', path: '/out' },
  { kind: 'saveAsTextFile', path: '/out', codec: 'gzip' },
  { kind: 'saveAsTextFile', path: '/out', codec: 'zstd' },
  { kind: 'saveAsJsonFile', path: '/out', codec: null },
  { kind: 'saveAsCsvFile', path: '/out', header: true, sep: ',', codec: null },
  { kind: 'saveAsObjectFile', path: '/out' },
];

describe('a part file', () => {
  test.for(SINKS)('of $kind, $codec, is the same whether it went through scratch or not', async (sink) => {
    const ample = await save(sink);
    expect(ample.scratchBytes).toBe(0);
    for (const executionBytes of [0, 8 * 100_000]) {
      const tight = await save(sink, { executionBytes });
      expect(tight.scratchBytes).toBeGreaterThan(ample.bytes.length - 300_000);
      expect(Buffer.compare(tight.bytes, ample.bytes)).toBe(0);
      expect(tight.output).toEqual(ample.output);
      expect(tight.metrics).toMatchObject({ recordsWritten: COUNT, bytesWritten: ample.bytes.length });
    }
  });

  test('is put in pieces', async () => {
    const { body } = await save({ kind: 'saveAsTextFile', path: '/out' }, { executionBytes: 8 * 1_000_000 });
    if (body instanceof Uint8Array) throw new Error('it was put whole');
    const sizes = Array.from(body, (chunk) => chunk.byteLength);
    expect(sizes.length).toBeGreaterThan(3);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1024 * 1024);
  });

  test('that is compressed is several members or frames, which the tools read as one', async () => {
    for (const [codec, tool, magic] of [
      ['gzip', 'gunzip', Buffer.of(0x1f, 0x8b, 8)],
      ['zstd', 'zstd', Buffer.of(0x28, 0xb5, 0x2f, 0xfd)],
    ] as const) {
      const { bytes, output, files } = await save({ kind: 'saveAsTextFile', path: '/out', codec }, { executionBytes: 0 });
      expect(Buffer.from(bytes).toString('latin1').split(magic.toString('latin1')).length).toBeGreaterThan(4);
      const told = execFileSync(tool, ['-dc'], { input: bytes, maxBuffer: 2 ** 30 }).toString();
      expect(told === TEXT).toBe(true);

      const path = output.kind === 'file' ? output.path : '';
      const { etag, size } = await files.head(path.slice(1));
      const stream = textStream(
        { path, etag, start: 0, end: size, size },
        { files, signal: new AbortController().signal, spill: spillSpace(2 ** 30), onRead: () => undefined },
      );
      const lines: unknown[] = [];
      for (let batch = await stream.pull(1000); batch !== null; batch = await stream.pull(1000)) lines.push(...batch);
      expect(lines.length === COUNT && lines.every((line, i) => line === LINES[i])).toBe(true);
    }
  });

  test('that does not fit the disk fails with what to do', async () => {
    await expect(save({ kind: 'saveAsTextFile', path: '/out' }, { executionBytes: 0, limitBytes: 100_000 })).rejects.toMatchObject({
      code: 'SCRATCH_FULL',
      fault: 'resource',
    });
  });
});
