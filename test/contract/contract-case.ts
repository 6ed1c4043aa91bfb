import assert from 'node:assert/strict';

/** One sentence of a port's docstring, and how to see that it holds. Every case gets a fresh subject. */
export interface ContractCase<T> {
  readonly name: string;
  run(subject: T): Promise<void> | void;
}

/** A subject for one case, and how to take it away. */
export interface ContractSubject<T> {
  readonly subject: T;
  dispose?(): Promise<void> | void;
}

/** Asserts that a call rejects with the code and that its message names what it is about. */
export async function assertRejects(call: Promise<unknown>, code: string, named?: string): Promise<void> {
  await assert.rejects(call, (error: unknown) => hasCode(error, code, named));
}

/** The same of a synchronous call that throws. */
export function assertThrows(call: () => unknown, code: string, named?: string): void {
  assert.throws(call, (error: unknown) => hasCode(error, code, named));
}

function hasCode(error: unknown, code: string, named: string | undefined): true {
  assert.ok(error instanceof Error && 'code' in error, `failed with ${String(error)}`);
  assert.equal(error.code, code);
  if (named !== undefined) assert.ok(error.message.includes(named), `"${error.message}" does not name ${named}`);
  return true;
}

/** Names of the cases that a subject fails: what a deliberately broken adapter is measured by. */
export async function failingCases<T>(cases: readonly ContractCase<T>[], make: () => T): Promise<readonly string[]> {
  const failing: string[] = [];
  for (const { name, run } of cases) {
    try {
      await run(make());
    } catch {
      failing.push(name);
    }
  }
  return failing;
}
