import type { SchedulerCommand } from '../../../driver/scheduler/commands.ts';
import type { SchedulerEvent } from '../../../driver/scheduler/events.ts';
import type { JobGraph, StageSpec } from '../../../driver/scheduler/job-graph.ts';
import type { LostOutput } from '../../../engine/types/failure.ts';
import { failed } from './literals.ts';

type Launch = Extract<SchedulerCommand, { kind: 'launch' }>;

/** A commit item as the store holds it. */
interface Item {
  readonly generation: number;
  /** null: nobody has committed in this generation. */
  readonly output: Output | null;
  readonly inputs: string | null;
}

/** An object; one that was given up can still be read by whoever knows it. */
interface Output {
  readonly content: string;
  readonly reads: readonly Read[];
  lost: boolean;
}

interface Read extends LostOutput {
  readonly of: string;
  readonly output: Output;
}

interface Attempt {
  readonly launch: Launch;
  readonly reads: readonly Read[];
  aborted: boolean;
  /** The driver was told that the executor died; it did not. */
  zombie: boolean;
  /** Its driver is dead: what it commits counts, and nobody hears of it. */
  orphan: boolean;
}

/** How often each fault may strike in one run; the dice decide when. */
export interface Faults {
  errors: number;
  executorLosses: number;
  throttles: number;
  objectLosses: number;
  duplicates: number;
  cancels: number;
}

/**
 * Executors, stores and the driver's shell around a scheduler, in one thread and driven by dice: keeps the commit protocol to the letter,
 * delivers answers in any order, and checks every launch against what is committed.
 */
export interface World {
  /** Carries out what the scheduler said. */
  obey(commands: readonly SchedulerCommand[]): void;
  /** Lets one thing happen; null when nothing is under way. */
  next(): SchedulerEvent | null;
  /** The driver dies: its messages and timers are gone, what executors do goes on. */
  loseDriver(): void;
  readonly ended: ReadonlyMap<number, string>;
  isCommitted(stage: number, partition: number): boolean;
  /** Attempts launched for each task so far, `stage/partition`. */
  readonly launches: ReadonlyMap<string, number>;
  readonly maxInFlight: () => number;
  readonly copies: () => number;
  /** Outputs given up because they were made of what was made anew. */
  readonly outdated: () => number;
}

export interface WorldOptions {
  readonly graphs: readonly JobGraph[];
  readonly taskCounts: Readonly<Record<number, number>>;
  readonly faults: Faults;
  /** Stages whose tasks give other records each time. */
  readonly indeterminate?: ReadonlySet<number>;
  /** Sizes of executors; each task needs one of them, which the dice decide. Default: none. */
  readonly sizesMb?: readonly number[];
  /** Uniform in [0, 1). */
  readonly dice: () => number;
}

export function createWorld(options: WorldOptions): World {
  const { taskCounts, faults, dice, sizesMb = [] } = options;
  const specs = new Map(options.graphs.flatMap((graph) => graph.stages).map((spec) => [spec.stage, spec] as const));
  const items = new Map<string, Item>();
  const raising = new Set<string>();
  const told = new Set<string>();
  const launches = new Map<string, number>();
  const needs = new Map<string, number>();
  /** What the driver was told was too little for a task. */
  const outgrown = new Map<string, number>();
  const ended = new Map<number, string>();
  let attempts: Attempt[] = [];
  let messages: SchedulerEvent[] = [];
  let past: SchedulerEvent[] = [];
  let timers: { id: number; ms: number }[] = [];
  let nowMs = 0;
  let inFlight = 0;
  let contents = 0;
  let outdated = 0;
  let copies = 0;
  let maxInFlight = 0;

  const name = (stage: number, partition: number): string => `${stage}/${partition}`;
  const partitions = (stage: number): number[] => Array.from({ length: taskCounts[stage] as number }, (_, i) => i);
  const inputsOf = (stage: number): StageSpec[] =>
    (specs.get(stage) as StageSpec).parents.map((parent) => specs.get(parent) as StageSpec).filter((parent) => parent.kind !== 'sample');
  const pick = <T>(list: T[]): T => list.splice(Math.floor(dice() * list.length), 1)[0] as T;

  const isLive = (attempt: Attempt): boolean => !attempt.aborted && !attempt.zombie && !attempt.orphan;

  /** Whether the attempt can do with its memory. */
  function fits({ launch: { stage, partition, memorySizeMb } }: Attempt): boolean {
    if (sizesMb.length === 0) return true;
    const self = name(stage, partition);
    const need = needs.get(self) ?? (sizesMb[Math.floor(dice() * sizesMb.length)] as number);
    needs.set(self, need);
    return need <= (memorySizeMb ?? 0);
  }

  function checkLaunch(launch: Launch): readonly Read[] {
    const self = name(launch.stage, launch.partition);
    if (sizesMb.length > 0 ? !sizesMb.includes(launch.memorySizeMb ?? 0) : launch.memorySizeMb !== null)
      throw new Error(`${self} was launched with ${launch.memorySizeMb} MB`);
    if ((launch.memorySizeMb ?? 0) < (outgrown.get(self) ?? 0)) throw new Error(`${self} was launched with too little memory again`);
    const item = items.get(self);
    if (told.has(self) && !raising.has(self)) throw new Error(`${self} is committed and was launched again`);
    const live = attempts.filter((a) => isLive(a) && name(a.launch.stage, a.launch.partition) === self).length;
    if (live !== (launch.copy ? 1 : 0)) throw new Error(`${self} runs ${live} times and is launched${launch.copy ? ' as a copy' : ''}`);
    if (launch.copy && !specs.get(launch.stage)?.copyable) throw new Error(`${self} must not be copied`);
    if (launch.generation !== (item?.generation ?? 0)) throw new Error(`${self} was launched for generation ${launch.generation}`);
    const reads = inputsOf(launch.stage).flatMap((parent) =>
      partitions(parent.stage).map((partition) => [parent.stage, partition] as const),
    );
    return reads.map(([stage, partition]) => {
      const input = items.get(name(stage, partition));
      const of = name(stage, partition);
      if (input === undefined || input.output === null || raising.has(of)) throw new Error(`${self} was launched before its input ${of}`);
      return { stageId: `s${stage}`, partition, generation: input.generation, of, output: input.output };
    });
  }

  function obeyOne(command: SchedulerCommand): void {
    switch (command.kind) {
      case 'launch': {
        const self = name(command.stage, command.partition);
        attempts.push({ launch: command, reads: checkLaunch(command), aborted: false, zombie: false, orphan: false });
        launches.set(self, (launches.get(self) ?? 0) + 1);
        inFlight++;
        if (command.copy) copies++;
        messages.push({ ...command, kind: 'taskStarted', executorId: String(Math.floor(dice() * 3)), nowMs });
        maxInFlight = Math.max(maxInFlight, inFlight);
        return;
      }
      case 'abortAttempt': {
        const { stage, partition, attempt } = command;
        const found = attempts.find(
          ({ launch: l, zombie, orphan }) => !zombie && !orphan && l.stage === stage && l.partition === partition && l.attempt === attempt,
        );
        if (found !== undefined) found.aborted = true;
        return;
      }
      case 'resolveStage':
        messages.push(resolvedNow(command.stage));
        return;
      case 'raiseGeneration':
        raising.add(name(command.stage, command.partition));
        messages.push(raise(command));
        return;
      case 'setTimer':
        timers.push({ id: command.id, ms: command.ms });
        return;
      case 'jobSucceeded':
        checkAnswer(command.job);
        ended.set(command.job, 'succeeded');
        return;
      case 'jobFailed':
        ended.set(command.job, command.failure.kind);
        return;
      case 'stageSubmitted':
      case 'stageCompleted':
      case 'memoryRaised':
      case 'recordsLeftOut':
      case 'warn':
    }
  }

  function resolvedNow(stage: number): SchedulerEvent {
    const known = partitions(stage).flatMap((partition) => {
      const item = items.get(name(stage, partition));
      return item === undefined ? [] : [{ partition, item }];
    });
    return {
      kind: 'stageResolved',
      stage,
      stageId: `s${stage}`,
      taskCount: taskCounts[stage] as number,
      committed: known.flatMap(({ partition, item: { generation, output, inputs } }) =>
        output === null ? [] : [{ partition, generation, checksum: output.content, inputs, badRecords: 0 }],
      ),
      raised: known.filter(({ item }) => item.output === null).map(({ partition, item }) => ({ partition, generation: item.generation })),
    };
  }

  function raise(command: Extract<SchedulerCommand, { kind: 'raiseGeneration' }>): SchedulerEvent {
    const self = name(command.stage, command.partition);
    const item = items.get(self);
    if (item === undefined || item.generation < command.from) throw new Error(`${self} was never committed in generation ${command.from}`);
    if (item.generation === command.from) {
      const { output } = item;
      const made = output?.reads.every((read) => items.get(read.of)?.output?.content === read.output.content);
      if (output === null || (command.outdated ? made : !output.lost)) throw new Error(`${self} is given up, and nothing is wrong with it`);
      items.set(self, { generation: command.from + 1, output: null, inputs: null });
      if (command.outdated) outdated++;
    }
    return {
      kind: 'generationRaised',
      stage: command.stage,
      partition: command.partition,
      generation: (items.get(self) as Item).generation,
    };
  }

  function runToEnd(attempt: Attempt): SchedulerEvent {
    const { stage, partition, generation, attempt: number } = attempt.launch;
    const at = { stage, partition, attempt: number, generation, nowMs };
    const lost = attempt.reads.filter((read) => read.output.lost).map(({ of: _, output: __, ...read }) => read);
    if (lost.length > 0) return { kind: 'taskFailed', ...at, failure: failed('fetch-failed', { lost }) };
    const self = name(stage, partition);
    const item = items.get(self) ?? { generation: 0, output: null, inputs: null };
    if (item.generation !== generation) return { kind: 'taskFailed', ...at, failure: failed('superseded') };
    const output = item.output ?? outputOf(attempt);
    const inputs = item.output === null ? attempt.launch.inputs : item.inputs;
    items.set(self, { generation, output, inputs });
    return { kind: 'taskSucceeded', ...at, checksum: output.content, inputs, badRecords: 0 };
  }

  function outputOf({ launch: { stage, partition }, reads }: Attempt): Output {
    const made = options.indeterminate?.has(stage) ? `run ${contents++}` : `(${reads.map((read) => read.output.content).join()})`;
    return { content: `${name(stage, partition)}${made}`, reads, lost: false };
  }

  /** All of an answer must be made of one and the same output of every task. */
  function checkAnswer(job: number): void {
    const { final, partitions: asked } = options.graphs.find((each) => each.job === job) as JobGraph;
    const seen = new Map<string, string>();
    const open = (asked ?? partitions(final)).map((partition) => {
      const of = name(final, partition);
      return { of, output: items.get(of)?.output ?? null };
    });
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { of, output } = next;
      if (output === null) throw new Error(`the answer of job ${job} lacks ${of}`);
      const other = seen.get(of);
      if (other !== undefined && other !== output.content) throw new Error(`the answer of job ${job} is made of two versions of ${of}`);
      seen.set(of, output.content);
      if (other === undefined) open.push(...output.reads);
    }
  }

  function endAttempt(): SchedulerEvent | null {
    const attempt = pick(attempts);
    if (attempt.orphan) {
      if (fits(attempt)) runToEnd(attempt);
      return happen();
    }
    const { stage, partition, generation, attempt: number } = attempt.launch;
    const at = { stage, partition, attempt: number, generation, nowMs };
    if (!attempt.zombie) inFlight--;
    if (attempt.aborted && dice() < 0.7) return { kind: 'taskFailed', ...at, failure: failed('cancelled') };
    if (!attempt.zombie && strikes('executorLosses', 0.2)) {
      attempts.push({ ...attempt, zombie: true });
      return { kind: 'taskFailed', ...at, failure: failed('executor-lost') };
    }
    if (!fits(attempt)) {
      if (!attempt.zombie && !attempt.aborted) outgrown.set(name(stage, partition), (attempt.launch.memorySizeMb ?? 0) + 1);
      return { kind: 'taskFailed', ...at, failure: failed('out-of-memory') };
    }
    if (strikes('throttles', 0.2)) return { kind: 'taskFailed', ...at, failure: failed('throttled') };
    if (strikes('errors', 0.2)) return { kind: 'taskFailed', ...at, failure: failed('user-error', { name: 'FlakyError' }) };
    return runToEnd(attempt);
  }

  function strikes(fault: keyof Faults, likelihood: number): boolean {
    if (faults[fault] === 0 || dice() >= likelihood) return false;
    faults[fault]--;
    return true;
  }

  function loseAnObject(): void {
    const there = [...items.values()].flatMap(({ output }) => (output === null || output.lost ? [] : [output]));
    if (there.length > 0) pick(there).lost = true;
  }

  function happen(): SchedulerEvent | null {
    if (past.length > 0 && strikes('duplicates', 0.1)) return past[Math.floor(dice() * past.length)] as SchedulerEvent;
    if (strikes('objectLosses', 0.1)) loseAnObject();
    const active = options.graphs.filter(({ job }) => !ended.has(job));
    if (active.length > 0 && strikes('cancels', 0.05)) return { kind: 'jobCancelled', job: pick(active).job, reason: 'dice' };
    const choices = [...messages.map(() => 0), ...attempts.map(() => 1), ...timers.map(() => 2)];
    const choice = choices[Math.floor(dice() * choices.length)];
    if (choice === undefined) return null;
    if (choice === 0) return pick(messages);
    if (choice === 1) return endAttempt();
    const timer = pick(timers);
    nowMs += timer.ms;
    return { kind: 'timerFired', id: timer.id, nowMs };
  }

  /** What the scheduler has heard of, so that a launch can be judged by what it could know. */
  function hear(event: SchedulerEvent): void {
    if (event.kind === 'taskSucceeded' && items.get(name(event.stage, event.partition))?.generation === event.generation) {
      told.add(name(event.stage, event.partition));
    }
    if (event.kind === 'stageResolved') {
      for (const { partition, generation } of event.committed) {
        if (items.get(name(event.stage, partition))?.generation === generation) told.add(name(event.stage, partition));
      }
    }
    if (event.kind === 'generationRaised') {
      raising.delete(name(event.stage, event.partition));
      if (items.get(name(event.stage, event.partition))?.generation === event.generation) told.delete(name(event.stage, event.partition));
    }
    past.push(event);
  }

  return {
    ended,
    launches,
    maxInFlight: () => maxInFlight,
    outdated: () => outdated,
    copies: () => copies,
    isCommitted: (stage, partition) => (items.get(name(stage, partition))?.output ?? null) !== null,
    obey: (commands) => commands.forEach(obeyOne),
    next() {
      const event = happen();
      if (event !== null) hear(event);
      return event;
    },
    loseDriver() {
      messages = [];
      past = [];
      timers = [];
      raising.clear();
      told.clear();
      outgrown.clear();
      attempts = attempts.map((attempt) => ({ ...attempt, orphan: true }));
      inFlight = 0;
    },
  };
}
