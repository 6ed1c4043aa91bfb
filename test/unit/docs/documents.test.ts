import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cutBlocks, REPOSITORY, readRepositoryFile } from '../../support/consumer.ts';

const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: REPOSITORY })];

describe('every code block says where it is cut from, and is what stands there', () => {
  test.each(documents)('%s', (document) => {
    for (const { file, code } of cutBlocks(readRepositoryFile(document))) expect(code).toBe(readRepositoryFile(file));
  });

  test('the README has one', () => {
    expect(cutBlocks(readRepositoryFile('README.md')).map(({ file }) => file)).toEqual(['examples/quick-start.ts']);
  });
});

test('every example is in the index, with a page that shows it or as a file', () => {
  const files = globSync('examples/*.ts', { cwd: REPOSITORY }).sort();
  const cut = globSync('docs/examples/*.md', { cwd: REPOSITORY }).flatMap((page) =>
    cutBlocks(readRepositoryFile(page)).map(({ file }) => file),
  );
  expect([...cut, 'examples/quick-start.ts', 'examples/word-count.ts', 'examples/sample-access-log.ts'].sort()).toEqual(files);
  const index = readRepositoryFile('docs/examples/README.md');
  for (const file of cut)
    if (file !== 'examples/random.ts') expect(index).toContain(`](${file.slice('examples/'.length, -'.ts'.length)}.md)`);
});

test.each(documents)('links of %s lead somewhere', (document) => {
  const prose = readRepositoryFile(document).replace(/```[\s\S]*?```|`[^`]*`/g, '');
  const targets = [...prose.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target]) => target as string);
  const missing = targets.filter((target) => !/^https?:/.test(target) && !existsSync(join(REPOSITORY, dirname(document), target)));
  expect(missing).toEqual([]);
});

test('every runtime dependency is explained, in its version, and nothing else is', () => {
  const { dependencies } = JSON.parse(readRepositoryFile('package.json')) as { readonly dependencies: Readonly<Record<string, string>> };
  const rows = [
    ...readRepositoryFile('docs/dependencies.md').matchAll(/^\| `([^`]+)` \| ([^ ]+) \| [^|]+ \| [^|]+ \| ([^|]+) \| ([^|]+) \|$/gm),
  ];
  expect(Object.fromEntries(rows.map(([, name, version]) => [name, version]))).toEqual(dependencies);
});

test('no page holds a path of somebody’s machine', () => {
  for (const document of documents) expect(readRepositoryFile(document)).not.toMatch(/\/(home|Users|root|work)\//);
});
