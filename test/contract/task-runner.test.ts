import { expect, test } from 'vitest';
import { makeLambdaRunner } from '../support/executors/lambda-executors.ts';
import { makeInProcessRunner, makeLocalClusterRunner, makeWorkerThreadsRunner } from '../support/executors/runners.ts';
import { casesFor, taskRunnerContract } from './task-runner.ts';

taskRunnerContract('in-process runner', makeInProcessRunner, []);
taskRunnerContract('worker threads runner', makeWorkerThreadsRunner(null), ['isolated']);
taskRunnerContract('local-cluster runner', makeLocalClusterRunner, ['isolated', 'memory', 'processes']);
taskRunnerContract('Lambda runner', makeLambdaRunner, ['isolated', 'memory']);

test('the contract has a case for every promise', () => {
  expect([[], ['isolated'], ['isolated', 'memory', 'processes']].map((traits) => casesFor(traits as []).length)).toEqual([15, 22, 29]);
});
