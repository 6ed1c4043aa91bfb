import { describe, test } from 'vitest';
import type { MakeRunner, RunnerCase, RunnerNeed } from './task-runner-case.ts';
import { isolationCases } from './task-runner-isolation.ts';
import { processCases } from './task-runner-processes.ts';
import { promiseCases } from './task-runner-promises.ts';

/** What a `TaskRunner` is, sentence by sentence. */
const taskRunnerCases: readonly RunnerCase[] = [...promiseCases, ...isolationCases, ...processCases];

/** The cases for a runner that has these traits. */
export function casesFor(traits: readonly RunnerNeed[]): readonly RunnerCase[] {
  return taskRunnerCases.filter(({ needs }) => needs === undefined || traits.includes(needs));
}

export async function runCase(one: RunnerCase, make: MakeRunner): Promise<void> {
  const subject = await make(one.places ?? 1);
  try {
    await one.run(subject);
  } finally {
    await subject.end();
  }
}

/** Declares the contract's tests for one runner. */
export function taskRunnerContract(name: string, make: MakeRunner, traits: readonly RunnerNeed[]): void {
  describe(name, () => {
    test.for(casesFor(traits))('$name', async (one) => runCase(one, make));
  });
}
