import type { OperationRef, UserFunction } from '../user-function.ts';
import { generatedFunction } from './generated-function.ts';
import { describeUserError, promiseNotAllowed, type TaskPlace } from './user-error.ts';

type GuardFactory = (f: UserFunction, fail: (thrown: unknown) => unknown, promise: (promise: Promise<unknown>) => unknown) => UserFunction;

/** Guards by the function they guard: type feedback of a stage's functions stays warm from task to task. */
const factories = new WeakMap<UserFunction, GuardFactory>();

/**
 * The same function for places that call it outside of a fused loop (combiners, key functions): what it throws becomes a user error that
 * names the operation, and a promise is refused. Generated, so that each function has a call site of its own.
 */
export function guardedFunction(fn: UserFunction, ref: OperationRef, place: TaskPlace): UserFunction {
  let factory = factories.get(fn);
  if (factory === undefined) {
    factory = buildFactory();
    factories.set(fn, factory);
  }
  return factory(
    fn,
    (thrown) => describeUserError(thrown, ref, place),
    (promise) => {
      // Its own rejection must not count as unhandled beside the error.
      promise.catch(() => undefined);
      return promiseNotAllowed(ref, place);
    },
  );
}

function buildFactory(): GuardFactory {
  return generatedFunction(['f', 'fail', 'promise'], SOURCE, 'guard') as GuardFactory;
}

const SOURCE = `
return function guarded(a, b) {
  let r;
  try { r = arguments.length === 1 ? f(a) : f(a, b); } catch (e) { throw fail(e); }
  if (typeof r === 'object' && r instanceof Promise) throw promise(r);
  return r;
};`;
