import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundleFunctions } from '../../scripts/bundle-functions.mjs';
import { zipFolder } from '../../testing/localstack/zip-folder.ts';
import { temporaryFolder } from '../support/run-cli.ts';

const FOLDER = fileURLToPath(new URL('../../dist/functions/executor', import.meta.url));

test('the executor function is a small archive', () => {
  expect(readdirSync(FOLDER)).toEqual(expect.arrayContaining(['executor.mjs', 'lambda-worker.mjs']));
  // The limit is 1.5 MB; half of it is room for what comes.
  expect(zipFolder(FOLDER).length).toBeLessThan(750_000);
});

describe('of packages, the executor function', () => {
  let metafile: Metafile;
  beforeAll(async () => {
    using folder = temporaryFolder();
    metafile = (await bundleFunctions(folder.path)).executor;
  });
  const outputOf = (entry: string): string => Object.keys(metafile.outputs).find((file) => file.endsWith(`/${entry}.mjs`)) ?? '';

  /** Names of the packages in these files. */
  function packagesIn(files: Iterable<string>): readonly string[] {
    const inputs = [...files].flatMap((file) => Object.keys(metafile.outputs[file]?.inputs ?? {}));
    const names = inputs.flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []);
    return [...new Set(names)].toSorted();
  }

  /** The entry, and all that is loaded with it. */
  function loadedWith(entry: string): ReadonlySet<string> {
    const loaded = new Set([outputOf(entry)]);
    for (const file of loaded) {
      for (const { path, kind } of metafile.outputs[file]?.imports ?? []) if (kind === 'import-statement') loaded.add(path);
    }
    return loaded;
  }

  test('holds AWS’s clients, what metrics, records and CSV take, and nothing that plans, parses or validates', () => {
    const others = packagesIn(Object.keys(metafile.outputs)).filter((name) => !/^@(aws-sdk|smithy|aws-crypto|aws)\//.test(name));
    expect(others).toEqual([
      '@aws-lambda-powertools/commons',
      '@aws-lambda-powertools/metrics',
      'bowser',
      'csv-parse',
      'csv-stringify',
      'detect-libc',
      'mnemonist',
      'msgpackr',
      'msgpackr-extract',
      'node-gyp-build-optional-packages',
      'obliterator',
    ]);
  });

  test('loads neither S3 nor metrics before its first attempt: its supervisor asks DynamoDB only', () => {
    const packages = packagesIn(loadedWith('executor'));
    expect(packages).toContain('@aws-sdk/client-dynamodb');
    expect(packages).not.toContain('@aws-sdk/client-s3');
    expect(packages).not.toContain('@aws-lambda-powertools/metrics');
  });
});
