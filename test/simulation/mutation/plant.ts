import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Patch } from './patch.ts';

// node --import plant.ts: the file of the patch is loaded with it; nothing on disk is changed.
const text = process.env['LEVIN_PATCH'];
if (text !== undefined) {
  const { file, start, end, text: planted } = JSON.parse(text) as Patch;
  const target = pathToFileURL(fileURLToPath(new URL(`../../../${file}`, import.meta.url))).href;
  registerHooks({
    load(url, context, next) {
      if (url !== target) return next(url, context);
      const source = readFileSync(fileURLToPath(url), 'utf8');
      return { format: 'module-typescript', source: source.slice(0, start) + planted + source.slice(end), shortCircuit: true };
    },
  });
}
