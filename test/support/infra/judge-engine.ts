import type { EmulatedEngine } from '../../../testing/emulated-engine.ts';
import { emulatedPolicies } from './emulated-policies.ts';
import { callsOf, deniedCalls } from './judge-calls.ts';

/**
 * Fails if anything that drivers and functions have asked of an engine is not allowed by the rights of who asked. Other buckets are taken for
 * such as the engine was made with.
 */
export function judgeEngine(engine: EmulatedEngine, { memorySizesMb = [512] }: { readonly memorySizesMb?: readonly number[] }): void {
  const buckets = new Set(engine.s3.requests().map(({ resource }) => resource));
  const writable = [...buckets].filter((bucket) => bucket !== engine.bucket);
  const denied = deniedCalls(callsOf(engine), emulatedPolicies({ memorySizesMb, readable: [], writable }));
  if (denied.length > 0) throw new Error(`What was asked for is not allowed by infra/rights.ts:\n${denied.join('\n')}`);
}
