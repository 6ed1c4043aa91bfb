import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTsconfigReader, toPlainJson } from '../../../../engine/closures/loading/tsconfig.ts';
import { tempProject } from './temp-project.ts';

describe('the tsconfig.json of a file', () => {
  test('is the nearest one upwards, with what it extends, from files and packages', () => {
    using project = tempProject({
      'tsconfig.json': '{ "extends": ["./base", "@acme/tsconfig/strict"], "compilerOptions": { "target": "es2022", } } // trailing comma',
      'base.json': '{ /* base */ "compilerOptions": { "experimentalDecorators": true, "target": "es5" } }',
      'node_modules/@acme/tsconfig/strict.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] }, "jsx": "react" } }',
      'src/deep/a.ts': '',
    });
    expect(createTsconfigReader()(project.path('src/deep/a.ts'))).toEqual({
      compilerOptions: { experimentalDecorators: true, target: 'es2022', jsx: 'react', paths: { '@/*': ['./*'] } },
      mapsSpecifiers: true,
      file: project.path('tsconfig.json'),
    });
  });

  test('may be missing', () => {
    using project = tempProject({ 'a.ts': '' });
    expect(createTsconfigReader()(project.path('a.ts'))).toEqual({ compilerOptions: {}, mapsSpecifiers: false, file: null });
  });

  test('that extends itself, or what is not there, or is not JSON, is an error that names the file', () => {
    using project = tempProject({
      'loop/tsconfig.json': '{ "extends": "./b.json" }',
      'loop/b.json': '{ "extends": "./tsconfig.json" }',
      'gone/tsconfig.json': '{ "extends": "@acme/none" }',
      'file/tsconfig.json': '{ "extends": "./none" }',
      'bad/tsconfig.json': '{ "compilerOptions": ',
    });
    const message = (name: string): string => {
      try {
        createTsconfigReader()(project.path(`${name}/a.ts`));
        return 'no error';
      } catch (error) {
        return (error as Error).message.replaceAll(project.root, '');
      }
    };
    expect(['loop', 'gone', 'file', 'bad'].map(message)).toEqual([
      '/loop/tsconfig.json extends itself (/loop/tsconfig.json → /loop/b.json → /loop/tsconfig.json). Remove one of these "extends".',
      '/gone/tsconfig.json extends "@acme/none", which is not installed. Install that package or correct "extends".',
      '/file/none.json cannot be read. It is named by "extends" of another tsconfig: correct that path.',
      '/bad/tsconfig.json is not valid JSON: Unexpected end of JSON input. Correct it.',
    ]);
  });
});

test('comments and trailing commas go, whatever the strings hold', () => {
  const json = fc.jsonValue();
  fc.assert(
    fc.property(json, (value) => {
      const text = JSON.stringify(value, null, 1);
      const noisy = text.replace(/^( *)(?=["\d\]}tfn[{-])/gm, '$1/* , " */ ').replace(/\n/g, ' // "x", }\n');
      expect(JSON.parse(toPlainJson(noisy))).toEqual(JSON.parse(text));
    }),
  );
  expect(JSON.parse(toPlainJson('\uFEFF{"a": "//,}", "b": [1, 2, /* , */ ], }'))).toEqual({ a: '//,}', b: [1, 2] });
});
