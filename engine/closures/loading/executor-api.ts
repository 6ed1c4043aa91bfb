/** What modules may use of `levin` on executors; in bundles it takes the place of the whole API, whose driver parts stay behind. */
export { LevinError } from '../../errors/levin-error.ts';
export { executorInit, registerClass, registerSerializer } from '../runtime/registrations.ts';
export { BarrierTaskContext, TaskContext } from '../runtime/task-context.ts';
