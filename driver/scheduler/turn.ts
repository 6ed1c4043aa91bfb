import type { SchedulerCommand } from './commands.ts';
import type { SchedulerState } from './state.ts';

/** One event being handled: the state it changes and the commands it gives. */
export interface Turn {
  readonly state: SchedulerState;
  readonly commands: SchedulerCommand[];
}
