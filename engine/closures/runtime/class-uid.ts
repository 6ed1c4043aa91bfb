import { hash } from 'node:crypto';
import type { EncodedGraph } from './encode/encoder.ts';
import { fingerprintOf } from './fingerprint.ts';

/**
 * Identity of a class that travels by value: its site and what it captures, never chance, so that a resumed driver knows it
 * and two classes of one site with different captures stay apart.
 */
export function uidOfClass(key: string, captures: EncodedGraph): string {
  return hash('sha256', `${key}\n${fingerprintOf(captures)}`, 'hex').slice(0, 32);
}
