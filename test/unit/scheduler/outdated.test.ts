import { describe, expect, test } from 'vitest';
import type { SchedulerCommand } from '../../../driver/scheduler/commands.ts';
import type { SchedulerEvent } from '../../../driver/scheduler/events.ts';
import type { StageSpec } from '../../../driver/scheduler/job-graph.ts';
import { failed, graph, resolved, type Script, script, spec, submitted, taskFailed } from './literals.ts';

type Launch = Extract<SchedulerCommand, { kind: 'launch' }>;

const read = (): StageSpec => spec(2, [1], 'result');

/** Stage 0 → stage 1 → result stage 2, two tasks each; `done` ends the last launched attempt of a task with records of that checksum. */
interface Chain extends Script {
  readonly done: (stage: number, partition: number, checksum?: string) => readonly SchedulerCommand[];
}

function chain(last: StageSpec = read()): Chain {
  const it = script(8);
  const launches = new Map<string, Launch>();
  const send = (...events: readonly SchedulerEvent[]): readonly SchedulerCommand[] => {
    const commands = it.send(...events);
    for (const command of commands) if (command.kind === 'launch') launches.set(`${command.stage}/${command.partition}`, command);
    return commands;
  };
  const done = (stage: number, partition: number, checksum = 'as ever'): readonly SchedulerCommand[] => {
    const { attempt, generation, inputs } = launches.get(`${stage}/${partition}`) as Launch;
    return send({ kind: 'taskSucceeded', stage, partition, attempt, generation, checksum, inputs, badRecords: 0, nowMs: 0 });
  };
  send(submitted(graph(0, [spec(0, []), spec(1, [0]), last])), resolved(0, 2), resolved(1, 2), resolved(2, 2));
  return { ...it, send, done };
}

const lost = (stage: number, partition: number, generation = 0) => [{ stageId: `s${stage}`, partition, generation }];
const fetchFailed = (stage: number, partition: number, attempt: number, from: number): SchedulerEvent =>
  taskFailed(stage, partition, attempt, failed('fetch-failed', { lost: lost(from, 0) }));
const raised = (stage: number, partition: number, generation = 1): SchedulerEvent => ({
  kind: 'generationRaised',
  stage,
  partition,
  generation,
});

/** `launch 1/0`, `raise 1/1`, `abort 2/0`: what was said of tasks, without the rest. */
function tasks(commands: readonly SchedulerCommand[]): readonly string[] {
  return commands.flatMap((command) => {
    if (command.kind === 'launch') return [`launch ${command.stage}/${command.partition}`];
    if (command.kind === 'abortAttempt') return [`abort ${command.stage}/${command.partition}`];
    if (command.kind === 'raiseGeneration')
      return [`${command.outdated ? 'take back' : 'raise'} ${command.stage}/${command.partition} from ${command.from}`];
    return command.kind === 'jobFailed' || command.kind === 'jobSucceeded' ? [command.kind] : [];
  });
}

/** One task of stage 1 is done, the other one finds an input lost, which is made again. */
function halfRead(it: Chain): void {
  it.done(0, 0, 'first');
  it.done(0, 1);
  it.done(1, 0);
  expect(tasks(it.send(fetchFailed(1, 1, 0, 0)))).toEqual(['raise 0/0 from 0']);
  expect(tasks(it.send(raised(0, 0)))).toEqual(['launch 0/0']);
}

describe('a stage that runs again', () => {
  test('with the same records: nothing that read the old ones runs again', () => {
    const it = chain();
    halfRead(it);
    expect(tasks(it.done(0, 0, 'first'))).toEqual(['launch 1/1']);
  });

  test('with other records: what was made of the old ones is taken back and runs again', () => {
    const it = chain();
    halfRead(it);
    expect(tasks(it.done(0, 0, 'second'))).toEqual(['take back 1/0 from 0', 'launch 1/1']);
    expect(tasks(it.send(raised(1, 0)))).toEqual(['launch 1/0']);
    it.done(1, 0);
    expect(tasks(it.done(1, 1))).toEqual(['launch 2/0', 'launch 2/1']);
  });

  test('with other records: attempts that still read the old ones are told to stop, and what they commit all the same is taken back', () => {
    const it = chain();
    it.done(0, 0, 'first');
    it.done(0, 1);
    it.send(fetchFailed(1, 1, 0, 0), raised(0, 0));
    expect(tasks(it.done(0, 0, 'second'))).toEqual(['abort 1/0', 'launch 1/0', 'launch 1/1']);
    const old = it.state().stages[1]?.tasks[0]?.flights[0];
    expect(old).toMatchObject({ attempt: 0, aborted: true });
    const committed = {
      stage: 1,
      partition: 0,
      generation: 0,
      checksum: 'c',
      inputs: 'of what was there before',
      badRecords: 0,
      nowMs: 0,
    } as const;
    expect(tasks(it.send({ kind: 'taskSucceeded', attempt: 0, ...committed }))).toEqual(['abort 1/0', 'take back 1/0 from 0']);
    expect(tasks(it.send(raised(1, 0)))).toEqual(['launch 1/0']);
  });

  test('with other records: what followed from it goes on only where it differs, too', () => {
    for (const [checksum, more] of [
      ['as ever', []],
      ['other', ['take back 2/0 from 0']],
    ] as const) {
      const it = chain();
      it.done(0, 0, 'first');
      for (const [stage, partition] of [
        [0, 1],
        [1, 0],
        [1, 1],
        [2, 0],
      ] as const)
        it.done(stage, partition);
      it.send(taskFailed(2, 1, 0, failed('fetch-failed', { lost: [...lost(1, 0), ...lost(0, 0)] })), raised(1, 0), raised(0, 0));
      expect(tasks(it.done(0, 0, 'second'))).toEqual(['take back 1/1 from 0', 'launch 1/0']);
      it.send(raised(1, 1));
      it.done(1, 0);
      expect(tasks(it.done(1, 1, checksum))).toEqual([...more, 'launch 2/1']);
    }
  });

  test('with other records: an answer of which a part was handed out fails, now and when more of it is asked for', () => {
    const it = chain();
    it.send({ kind: 'jobCancelled', job: 0, reason: 'only to begin anew' });
    const ask = (job: number, partition: number) => submitted(graph(job, [spec(0, []), spec(1, [0]), read()], [partition]));
    it.send(ask(1, 0));
    for (const [stage, partition] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const)
      it.done(stage, partition, 'first');
    expect(tasks(it.done(2, 0))).toEqual(['jobSucceeded']);
    it.send(ask(2, 1), taskFailed(2, 1, 0, failed('fetch-failed', { lost: lost(1, 0) })), raised(1, 0));
    expect(it.done(1, 0, 'second')).toContainEqual({
      kind: 'jobFailed',
      job: 2,
      failure: { kind: 'indeterminate', stage: 2, name: 'stage 2 at job.ts:3', source: 'stage 1 at job.ts:2' },
    });
    expect(tasks(it.send(ask(3, 1)))).toEqual(['jobFailed']);
    expect(tasks(it.send(ask(4, 0)))).toEqual(['jobSucceeded']);
  });

  test('with other records: tasks that changed something outside cannot be taken back', () => {
    const it = chain({ ...read(), sideEffects: true });
    for (const [stage, partition] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
      [2, 0],
    ] as const)
      it.done(stage, partition, 'first');
    it.send(taskFailed(2, 1, 0, failed('fetch-failed', { lost: lost(1, 0) })), raised(1, 0));
    expect(tasks(it.done(1, 0, 'second'))).toEqual(['jobFailed']);
  });

  test('with other records: a reader of it waits for what else was made of it, though that is all there', () => {
    const { send } = script(8);
    const task = (stage: number, partition = 0, attempt = 0) => ({ stage, partition, attempt });
    const inputs = new Map<number, string | null>();
    const tell = (...events: readonly SchedulerEvent[]): readonly string[] => {
      const commands = send(...events);
      for (const command of commands) if (command.kind === 'launch') inputs.set(command.stage, command.inputs);
      return tasks(commands);
    };
    const ends = (stage: number, checksum: string, attempt = 0, generation = 0): SchedulerEvent => ({
      kind: 'taskSucceeded',
      ...task(stage, 0, attempt),
      generation,
      checksum,
      inputs: inputs.get(stage) ?? null,
      badRecords: 0,
      nowMs: 0,
    });
    tell(submitted(graph(0, [spec(0, []), spec(1, [0]), spec(2, [1]), spec(3, [0, 2], 'result')])));
    tell(...[0, 1, 2, 3].map((stage) => resolved(stage, 1)));
    for (const stage of [0, 1, 2]) tell(ends(stage, 'first'));
    tell(taskFailed(3, 0, 0, failed('fetch-failed', { lost: lost(0, 0) })), raised(0, 0));
    expect(tell(ends(0, 'second', 1, 1))).toEqual(['take back 1/0 from 0']);
    expect(tell(raised(1, 0))).toEqual(['launch 1/0']);
    expect(tell(ends(1, 'second', 1, 1))).toEqual(['take back 2/0 from 0']);
    expect(tell(raised(2, 0))).toEqual(['launch 2/0']);
    expect(tell(ends(2, 'second', 1, 1))).toEqual(['launch 3/0']);
  });

  test('of which a later driver finds half of the consumers made of the old records: those run again', () => {
    const { send } = script(8);
    const stage = (number: number, committed: readonly [partition: number, checksum: string, inputs: string | null][]): SchedulerEvent => ({
      kind: 'stageResolved',
      stage: number,
      stageId: `s${number}`,
      taskCount: 2,
      committed: committed.map(([partition, checksum, inputs]) => ({ partition, generation: 0, checksum, inputs, badRecords: 0 })),
      raised: [],
    });
    send(submitted(graph(0, [spec(0, []), spec(1, [0]), read()])));
    send(
      stage(0, [
        [0, 'second', null],
        [1, 'b', null],
      ]),
    );
    const digest = '0123456789abcdef';
    expect(
      tasks(
        send(
          stage(1, [
            [0, 'x', digest],
            [1, 'y', 'fedcba9876543210'],
          ]),
        ),
      ),
    ).toEqual(['take back 1/1 from 0', 'take back 1/0 from 0']);
  });
});
