/** One mistake in driver, engine or shuffle, as a text replaced once in a file. */
export interface Mutant {
  readonly name: string;
  /** One of the first 2,000 seeds that sees it. */
  readonly seed: number;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Mistakes that somebody could make, written down before the swarm was tuned. `npm run simulate -- --mutants` plants one after the other. */
export const mutants: readonly Mutant[] = [
  {
    name: 'a commit without election: the last attempt wins',
    seed: 1,
    file: 'engine/runtime/commit.ts',
    from: 'const options = { condition: electionOf(spec.generation), ...(signal',
    to: 'const options = { ...(signal',
  },
  {
    name: 'a commit that does not look at the generation',
    seed: 52,
    file: 'engine/runtime/commit.ts',
    from: "{ kind: 'equals', fields: { generation, winner: null } }",
    to: "{ kind: 'equals', fields: { winner: null } }",
  },
  {
    name: 'a commit that takes a generation that has its winner',
    seed: 113,
    file: 'engine/runtime/commit.ts',
    from: "{ kind: 'equals', fields: { generation, winner: null } }",
    to: "{ kind: 'equals', fields: { generation } }",
  },
  {
    name: 'who lost the race reports its own output',
    seed: 1,
    file: 'engine/runtime/commit.ts',
    from: 'record?.generation === spec.generation && record.winner === spec.attemptId',
    to: 'record?.generation === spec.generation && record.winner !== null',
  },
  {
    name: 'a superseded attempt reports success',
    seed: 26,
    file: 'engine/runtime/commit.ts',
    from: 'if (record?.generation === spec.generation && record.winner === spec.attemptId) return',
    to: 'if ((record?.generation ?? 0) > spec.generation || record?.winner === spec.attemptId) return',
  },
  {
    name: 'a generation is raised past the epoch check',
    seed: 597,
    file: 'engine/runtime/raise-generation.ts',
    from: 'transact([raise.fence], [put]));\n  if (written.written) return raised;\n  if (written.failed.partition === key',
    to: 'transact([], [put]));\n  if (written.written) return raised;\n  if (written.failed.partition === key',
  },
  {
    name: 'a generation is raised by nothing',
    seed: 1,
    file: 'engine/runtime/raise-generation.ts',
    from: 'const raised = generation + 1;',
    to: 'const raised = generation;',
  },
  {
    name: 'the journal is written past the epoch check',
    seed: 27,
    file: 'driver/journal/journal-writer.ts',
    from: 'transact([lease.fence], writes)',
    to: 'transact([], writes)',
  },
  {
    name: 'who takes over keeps the epoch',
    seed: 0,
    file: 'driver/lease/acquire-lease.ts',
    from: 'epoch: seen.epoch + 1',
    to: 'epoch: seen.epoch',
  },
  {
    name: 'a failed task is not launched again',
    seed: 0,
    file: 'driver/scheduler/task-events.ts',
    from: 'may still make it.\n  if (!flies(task)) markPending(state, stage, event.partition);',
    to: 'may still make it.',
  },
  {
    name: 'a task that failed once ends its job',
    seed: 0,
    file: 'driver/scheduler/task-events.ts',
    from: 'task.failures < maxTaskFailures',
    to: 'task.failures < 1',
  },
  {
    name: 'one task failure less than promised',
    seed: 0,
    file: 'driver/scheduler/task-events.ts',
    from: 'task.failures < maxTaskFailures',
    to: 'task.failures < maxTaskFailures - 1',
  },
  {
    name: 'one stage attempt less than promised, twice',
    seed: 2,
    file: 'driver/scheduler/task-events.ts',
    from: 'if (stageAttempts < turn.state.settings.maxStageAttempts)',
    to: 'if (stageAttempts < turn.state.settings.maxStageAttempts - 2)',
  },
  {
    name: 'lost output is not made again',
    seed: 1,
    file: 'driver/scheduler/task-events.ts',
    from: 'lose(turn, producers);\n  if (flight',
    to: 'if (flight',
  },
  {
    name: 'all of a stage is given up for one lost output',
    seed: 1,
    file: 'driver/scheduler/task-events.ts',
    from: 'if (stageAttempts < turn.state.settings.maxStageAttempts) settleJobs(turn);',
    to: "for (const { stage: from } of producers) for (const [partition, task] of from.tasks.entries()) if (task.status === 'done') markLost(turn, from, { partition });\n  if (stageAttempts < turn.state.settings.maxStageAttempts) settleJobs(turn);",
  },
  {
    name: 'a result counts whatever its generation',
    seed: 286,
    file: 'driver/scheduler/task-events.ts',
    from: 'if (event.generation !== task.generation) {',
    to: 'if (event.generation > task.generation) {',
  },
  {
    name: 'a second result of a task counts again',
    seed: 93,
    file: 'driver/scheduler/task-events.ts',
    from: "if (task.status !== 'pending' && task.status !== 'running') return;\n  if (event.gen",
    to: 'if (event.gen',
  },
  {
    name: 'output made of old records stays',
    seed: 15,
    file: 'driver/scheduler/outdated.ts',
    from: 'if (before !== null) takeBack(turn, stage);',
    to: '',
  },
  {
    name: 'a commit made of old records counts',
    seed: 52,
    file: 'driver/scheduler/task-events.ts',
    from: 'if (event.inputs !== stage.inputs) {',
    to: 'if (event.inputs === undefined) {',
  },
  {
    name: 'a throttle counts as a failure',
    seed: 0,
    file: 'driver/scheduler/task-events.ts',
    from: "if (event.failure.kind === 'throttled') refused(turn);\n  else if",
    to: 'if',
  },
  {
    name: 'a resumed driver finds nothing committed',
    seed: 1,
    file: 'engine/runtime/read-committed.ts',
    from: 'results: new Map(entries.flatMap(({ partition, result }) => (result === null ? [] : [[partition, result] as const]))),',
    to: 'results: new Map(),',
  },
  {
    name: 'a resumed driver forgets raised generations',
    seed: 670,
    file: 'engine/runtime/read-committed.ts',
    from: 'raised: entries.flatMap(({ partition, generation, result }) => (result === null ? [{ partition, generation }] : [])),',
    to: 'raised: [],',
  },
  {
    name: 'a flipped bit goes unnoticed',
    seed: 0,
    file: 'engine/records/block-format.ts',
    from: 'return crc32(bytes.subarray(start + BLOCK_HEADER_BYTES, end), crc32(bytes.subarray(start, start + 12)));',
    to: 'return crc32(bytes.subarray(start, start + 12)) * 0 + (end > start ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(start + 12, true) : 0);',
  },
  {
    name: 'what is wrong at the first read is given up',
    seed: 1,
    file: 'shuffle/fetch-slice.ts',
    from: "if (errorCode(error) !== 'CORRUPT_DATA') throw error;\n  }",
    to: "throw errorCode(error) === 'CORRUPT_DATA' ? fetchFailed(piece.slice, error) : error;\n  }",
  },
  {
    name: 'an action that is finished runs again',
    seed: 0,
    file: 'driver/application/app-journal.ts',
    from: "finished: found.kind === 'finished' ? () => replay.loadResult(found.result) : null,\n        ordinal,",
    to: 'finished: null,\n        ordinal,',
  },
  {
    name: 'whether a folder was free is asked anew after a resume',
    seed: 31,
    file: 'driver/application/output-claims.ts',
    from: 'const claim = slot.outputClaim ?? (await folder.decide(mode));',
    to: 'const claim = await folder.decide(mode);',
  },
  {
    name: 'what is published is decided anew after a resume',
    seed: 31,
    file: 'driver/application/save-output.ts',
    from: 'const publication = slot.publication ?? (await decide());',
    to: 'const publication = await decide();',
  },
  {
    name: 'an ended application deletes its data before it knows that it holds the lease',
    seed: 0,
    file: 'driver/application/application-end.ts',
    from: 'await options.record.ended(status,',
    to: 'await deleteApplicationData(stores, appId, journal.stageIds());\n    await options.record.ended(status,',
  },
];
