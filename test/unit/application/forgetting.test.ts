import { expect, test } from 'vitest';
import { createAccumulators } from '../../../driver/application/accumulators.ts';
import { createResultStages } from '../../../driver/application/result-stages.ts';
import { createRunningProperties } from '../../../driver/application/running-properties.ts';
import { createStageTable } from '../../../driver/application/stage-table.ts';
import { createEventBus } from '../../../driver/events/event-bus.ts';
import { createStageRegistry } from '../../../driver/planner/stage-registry.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import { encodeValue } from '../../../engine/records/value.ts';
import { lineageWriter } from '../../support/lineage.ts';

test('of an action that has ended only its shuffles are kept', async () => {
  const clock = createVirtualClock();
  const [registry, table] = [createStageRegistry(), createStageTable()];
  const stages = createResultStages({
    loop: { post: () => undefined, runJob: async () => undefined, fail: () => undefined },
    table,
    registry,
    listings: { splits: new Map(), prepare: async () => undefined, noteOutput: () => undefined },
    known: new Map(),
    defaultParallelism: null,
    slots: 1,
    memorySizesMb: [],
    reader: { objects: createMemoryObjectStore(), maxResultBytes: 0 },
    accumulators: createAccumulators({ objects: createMemoryObjectStore(), maxResultBytes: 0 }),
    readBack: async () => undefined,
    bus: createEventBus(clock),
    clock,
    post: () => undefined,
    properties: createRunningProperties(),
    boundsOf: async () => encodeValue([]),
    forget: table.remove,
  });
  const lineage = lineageWriter();
  const node = lineage.reduceByKey(lineage.range(10, 2));
  for (let i = 0; i < 5; i++) {
    const open = await stages.open({ name: 'count', node, sink: { kind: 'count' }, callSite: null, options: {} }, async () => undefined);
    expect(open.numPartitions).toBe(2);
    open.release();
  }
  expect([...registry.drafts.values()].map(({ stage, kind }) => `${stage} ${kind}`)).toEqual(['0 map']);
  expect(() => table.get(5)).toThrow('stage 5 is not known');
  expect(table.get(0).draft.kind).toBe('map');
});
