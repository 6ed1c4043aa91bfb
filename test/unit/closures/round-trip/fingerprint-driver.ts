import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installDriverHooks } from '../../../../engine/closures/loading/driver-hooks.ts';
import type { AnyFunction } from '../../../../engine/closures/runtime/driver-registry.ts';
import { shipClosure } from '../../../../engine/closures/runtime/ship-closure.ts';

// Loads the job of every folder below the one given and prints { folder: fingerprint of its exported function } as JSON.

const root = process.argv[2] ?? '';
const folders = readdirSync(root).sort();
const jobOf = (folder: string): string => join(root, folder, 'job.ts');
installDriverHooks({ root, mainFiles: folders.map(jobOf), cacheFolder: null });
// A main file is nobody's import: neither this module's.
const start = 'export const start = (url) => import(url)';
const { start: startJob } = (await import(`data:text/javascript,${start}`)) as { start: (url: string) => Promise<{ fn: AnyFunction }> };

const fingerprints: Record<string, string> = {};
for (const folder of folders) {
  const { fn } = await startJob(pathToFileURL(jobOf(folder)).href);
  fingerprints[folder] = shipClosure(fn, { operation: 'rdd.map', callSite: null }).fingerprint;
}
process.stdout.write(JSON.stringify(fingerprints));
