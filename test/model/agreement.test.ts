import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agree } from './agree.ts';
import { programs } from './arbitrary.ts';
import { type Engine, startEngine } from './engine.ts';
import { disagreement } from './expect/agreement.ts';
import type { ModelStep } from './expect/model-step.ts';
import { mutants } from './mutants.ts';
import type { Outcome, Program } from './program/program.ts';
import { programCount } from './program-count.ts';

/** A zero that is not neutral counts once more for each table that is spilled (Spark: any number of times). */
const neutralPrograms = programs.filter(
  (program) => !/op: 'foldByKey', zero: [12]/.test(inspect(program, { depth: null, breakLength: Number.POSITIVE_INFINITY })),
);

describe.each([
  ['in-process', 300, programs],
  // Operators that hold records have memory for a few, so that nearly all of them go through the disk.
  ['in-process-spilling', 150, neutralPrograms],
  ['local[2]', 1000, programs],
] as const)('on %s', (master, inCi, programs) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine(master);
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  const title = `random programs give on ${master.replace(/\W/g, ' ').trim()} what the model says`;
  test(title, { timeout: 600_000 }, async () => {
    const { seed, answers } = await agree(engine, { programs, count: programCount(inCi), test: title });
    console.log(`${master}: ${answers.length} programs agree, LEVIN_SEED=${seed}`);
    expect(answers.length).toBe(programCount(inCi));
  });
});

describe('operations that are modelled wrongly, on purpose', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine('in-process');
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  const title = 'each is noticed by some of 600 programs';
  test(title, { timeout: 600_000 }, async () => {
    const { programs: all, answers } = await agree(engine, { programs, count: 600, test: title, seed: 1 });
    const outcomes = answers.map(({ outcome }) => outcome);
    const unseen = mutants.filter(({ step }) => !all.some((program, run) => notices(program, outcomes[run] as Outcome, step)));
    expect(unseen.map(({ name }) => name)).toEqual([]);
    expect(mutants.length).toBe(141);
  });

  test('one of them is found, made small, and can be replayed', { timeout: 120_000 }, async () => {
    const modelStep = mutants.find(({ name }) => name === 'distinct keeps duplicates')?.step as ModelStep;
    const message = await agree(engine, { programs, count: 600, test: title, seed: 1, modelStep }).then(
      () => 'nothing was found',
      (error: Error) => error.message,
    );
    expect(message).toMatch(/^levin gave .*\nProgram \(made smaller in \d+ steps\):\n/);
    expect(message).toMatch(new RegExp(`\\nReplay: LEVIN_SEED=1 LEVIN_PATH=[\\d:]+ npx vitest run --project model -t '${title}'$`));
    expect(message.match(/op: '\w+'/g)).toEqual(["op: 'distinct'"]);
  });
});

/** A wrong model may also fail where the right one does not. */
function notices(program: Program, outcome: Outcome, step: ModelStep): boolean {
  try {
    return disagreement(program, outcome, step) !== null;
  } catch {
    return true;
  }
}
