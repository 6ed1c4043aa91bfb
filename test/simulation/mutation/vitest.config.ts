import { join } from 'node:path';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { type Patch, ROOT } from './patch.ts';

// The unit tests with a mutant planted: the file of the patch is replaced as it is loaded.
const text = process.env['LEVIN_PATCH'];
const patch = text === undefined ? null : (JSON.parse(text) as Patch);

const config: ViteUserConfig = defineConfig({
  root: ROOT,
  plugins: [
    {
      name: 'plant',
      enforce: 'pre',
      transform(code, id) {
        if (patch === null || id !== join(ROOT, patch.file)) return null;
        return code.slice(0, patch.start) + patch.text + code.slice(patch.end);
      },
    },
  ],
  // A module is kept by its own text: that of the next mutant would be the one of this.
  test: { fsModuleCache: false, include: ['test/unit/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false },
});
export default config;
