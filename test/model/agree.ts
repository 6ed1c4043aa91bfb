import { randomInt } from 'node:crypto';
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import type { Answer, Engine } from './engine.ts';
import { disagreement } from './expect/agreement.ts';
import type { ModelStep } from './expect/model-step.ts';
import type { Program } from './program/program.ts';
import type { Request } from './program/serve.ts';

export interface Agreement {
  readonly programs: fc.Arbitrary<Program>;
  readonly count: number;
  /** Name of the Vitest test, for the command that replays. */
  readonly test: string;
  /** Programs that run at once. Default 6. */
  readonly atOnce?: number;
  readonly killOf?: (run: number) => Request['kill'];
  readonly modelStep?: ModelStep;
  readonly seed?: number;
}

export interface Agreed {
  readonly seed: number;
  readonly programs: readonly Program[];
  readonly answers: readonly Answer[];
}

/** A failing program is made smaller for at most this long. */
const SHRINK_MS = 45_000;

/**
 * Runs programs on an engine and throws the smallest one found whose outcome is not what the model says, with the command that replays it.
 * Only one program runs where `LEVIN_SEED` and `LEVIN_PATH` name it.
 */
export async function agree(engine: Engine, options: Agreement): Promise<Agreed> {
  const seed = options.seed ?? (Number(process.env['LEVIN_SEED']) || randomInt(2 ** 31));
  const path = options.seed === undefined ? (process.env['LEVIN_PATH'] ?? null) : null;
  const programs = fc.sample(options.programs, path === null ? { numRuns: options.count, seed } : { numRuns: 1, seed, path });
  const answers: Answer[] = [];
  const failed: number[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < programs.length && failed.length === 0) {
      const run = next++;
      const program = programs[run] as Program;
      const answer = await engine.run(program, options.killOf?.(run));
      answers[run] = answer;
      if (disagreement(program, answer.outcome, options.modelStep) !== null) failed.push(run);
    }
  };
  await Promise.all(Array.from({ length: options.atOnce ?? 6 }, lane));
  const [run] = failed.toSorted((a, b) => a - b);
  if (run === undefined) return { seed, programs, answers };
  throw await smallest(engine, { ...options, seed, path: path ?? String(run) });
}

async function smallest(engine: Engine, options: Agreement & { readonly seed: number; readonly path: string }): Promise<Error> {
  const { seed, path, modelStep } = options;
  const property = fc.asyncProperty(options.programs, async (program) => {
    const { outcome } = await engine.run(program, options.killOf?.(Number(path.split(':')[0])));
    const wrong = disagreement(program, outcome, modelStep);
    if (wrong !== null) throw new Error(wrong);
  });
  const found = await fc.check(property, { seed, path, numRuns: 1, interruptAfterTimeLimit: SHRINK_MS, markInterruptAsFailure: false });
  const [program] = found.counterexample ?? fc.sample(options.programs, { numRuns: 1, seed, path });
  const reason = found.failed
    ? `levin gave ${(found.errorInstance as Error).message}`
    : 'levin gave something wrong, but not when the program ran again';
  return new Error(
    `${reason}\nProgram (made smaller in ${found.numShrinks} steps):\n${inspect(program, { depth: 12, breakLength: 140 })}\n` +
      `Replay: LEVIN_SEED=${seed} LEVIN_PATH=${found.counterexamplePath ?? path} npx vitest run --project model -t '${options.test}'`,
  );
}
