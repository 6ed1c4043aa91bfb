import { hash } from 'node:crypto';
import { importIdentity, siteIdentity } from './code-identity.ts';
import type { EncodedGraph } from './encode/encoder.ts';

/** Raised when the meaning of fingerprints changes: all lineage is then computed anew. */
const FINGERPRINT_VERSION = 'levin-fingerprint-1';

/**
 * What an encoded function computes, hex: its node table (a canonical encoding of the captured values, in which code stands by number)
 * and the identity of each piece of code in the order of those numbers. File names and positions have no part in it.
 */
export function fingerprintOf({ body, code }: EncodedGraph): string {
  const identities = [
    ...code.siteHandles.map((site, i) => (site === null ? `key ${code.tables.sites[i]}` : siteIdentity(site).hash)),
    ...code.referenceHandles.map((site, i) => (site === null ? JSON.stringify(code.tables.references[i]) : siteIdentity(site).hash)),
    ...code.tables.imports.map((use) => `${importIdentity(use.moduleId, use.source, use.imported)} ${use.member}`),
    ...code.tables.names,
  ];
  const bodyHash = hash('sha256', body, 'hex');
  return hash('sha256', [FINGERPRINT_VERSION, bodyHash, ...identities].join('\n'), 'hex');
}
