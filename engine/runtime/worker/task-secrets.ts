import { LevinError } from '../../errors/levin-error.ts';
import type { RunningTask } from '../../types/current-task.ts';
import { markSettled } from '../record-path/user-error.ts';
import type { TaskDeps } from '../task-context.ts';
import { hide } from './redaction.ts';

/** Secrets for a task: what it has asked for is hidden in all that it says from then on. */
export function secretsOf({ secrets }: TaskDeps): RunningTask['secret'] {
  return async (ref) => {
    try {
      if (secrets === undefined) throw noSecrets(ref);
      const value = await secrets(ref);
      hide(value);
      return value;
    } catch (error) {
      // Not the error of the user's function that passes it on.
      throw markSettled(error);
    }
  };
}

function noSecrets(ref: string): LevinError {
  return new LevinError({ code: 'SECRET_NOT_FOUND', fault: 'user', message: `secret ${ref}: there are no secrets where this task runs.` });
}
