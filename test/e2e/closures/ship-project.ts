import { fileURLToPath } from 'node:url';

const ENGINE = new URL('../../../engine/closures/', import.meta.url).href;

/** An executor with nothing but the loader and the closure runtime in it. */
const WORKER = `
import { parentPort, workerData } from 'node:worker_threads';
import { prepareClosures, rebuildClosure } from '${ENGINE}runtime/rebuild-closure.ts';
process.setSourceMapsEnabled(true);
const { disk, bundle, bytes, input } = workerData;
const load = disk
  ? (await import('${ENGINE}loading/executor-hooks.ts')).installExecutorHooks(disk)
  : await (await import('${ENGINE}loading/executor-modules.ts')).openExecutorBundle(new URL(bundle));
try {
  await prepareClosures([bytes], load);
  parentPort.postMessage({ value: await rebuildClosure(bytes)(input) });
} catch (error) {
  parentPort.postMessage({ error: error.message, frame: error.stack.split('\\n').find((line) => line.includes(' at ')) });
}
`;

/**
 * Ships a function as RDD.map does and runs it in a worker thread: with modules from disk where there is source, and from the executor bundle,
 * which is evaluated in a folder without node_modules. Both must agree.
 */
const SHIP = `
import { deepStrictEqual } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { shipClosure } from '${ENGINE}runtime/ship-closure.ts';
import { activateLoader, executorBundle, executorHookData } from '${ENGINE}loading/executor-code.ts';

let bundle;
const run = (workerData) => new Promise((resolve, reject) => {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData, execArgv: [] });
  worker.once('message', resolve).once('error', reject);
});

export async function ship(fn, input) {
  const { bytes, fingerprint } = shipClosure(fn, { operation: 'rdd.map', callSite: null });
  const loader = activateLoader();
  const { code } = await (bundle ??= executorBundle(loader));
  const folder = mkdtempSync(join(tmpdir(), 'levin-executor-'));
  try {
    writeFileSync(join(folder, 'bundle.mjs'), code);
    const fromBundle = await run({ bundle: pathToFileURL(join(folder, 'bundle.mjs')).href, bytes, input });
    if (loader.kind === 'source') deepStrictEqual(await run({ disk: executorHookData(loader), bytes, input }), fromBundle);
    if (fromBundle.error !== undefined) throw new Error(fromBundle.error + fromBundle.frame);
    return fromBundle.value;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const fingerprint = (fn) => (activateLoader(), shipClosure(fn, { operation: 'rdd.map', callSite: null }).fingerprint);
export const loaderKind = () => activateLoader()?.kind ?? null;
`;

/** Files of a project whose jobs ship functions by `import { ship } from 'ship'`, without scheduler and stores. */
export const SHIP_PACKAGE: Readonly<Record<string, string>> = {
  'node_modules/ship/package.json': '{ "name": "ship", "version": "1.2.3", "type": "module", "exports": "./index.js" }',
  'node_modules/ship/index.js': SHIP,
  'node_modules/ship/worker.js': WORKER,
  'node_modules/levin/package.json':
    '{ "name": "levin", "version": "0.0.0", "type": "module", "exports": { ".": "./index.js", "./*": "./*.js" } }',
  'node_modules/levin/index.js': `export * from '${new URL('../../../driver/index.ts', import.meta.url).href}';`,
  'node_modules/levin/runtime.js': `export * from '${ENGINE}runtime/entry.ts';`,
};

/** Folder of an installed package, to be linked into a project. */
export function installedPackage(name: string): string {
  return fileURLToPath(new URL(`../../../node_modules/${name}`, import.meta.url));
}
