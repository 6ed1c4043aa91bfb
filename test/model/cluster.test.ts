import { afterAll, beforeAll, expect, test } from 'vitest';
import { agree } from './agree.ts';
import { gatedPrograms, programs } from './arbitrary.ts';
import { type Engine, startEngine } from './engine.ts';
import { programCount } from './program-count.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine('local-cluster[2,1,512]');
});
afterAll(() => engine[Symbol.asyncDispose]());

const AGREES = 'random programs give on local-cluster what the model says';
test(AGREES, { timeout: 600_000 }, async () => {
  const { seed, answers } = await agree(engine, { programs, count: programCount(1000), test: AGREES });
  console.log(`local-cluster[2,1,512]: ${answers.length} programs agree, LEVIN_SEED=${seed}`);
  expect(answers.length).toBe(programCount(1000));
});

const KILLED = 'random programs give the same when executors are killed while they run';
test(KILLED, { timeout: 600_000 }, async () => {
  const count = programCount(110);
  const killOf = (run: number): 'one' | 'all' => (run % 4 === 3 ? 'all' : 'one');
  const { seed, answers } = await agree(engine, { programs: gatedPrograms, count, atOnce: 1, killOf, test: KILLED });
  const chains = answers.filter(({ killed }) => killed > 0).length;
  const executors = answers.reduce((sum, { killed }) => sum + killed, 0);
  console.log(
    `local-cluster[2,1,512]: ${chains} of ${answers.length} programs lost ${executors} executors by SIGKILL and agree, LEVIN_SEED=${seed}`,
  );
  // A gate that no record needs to pass kills nobody; it is one in thirty.
  expect(chains).toBeGreaterThanOrEqual('LEVIN_PATH' in process.env ? 0 : programCount(100));
});
