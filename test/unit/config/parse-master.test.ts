import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../driver/config/load-config.ts';
import { parseMaster } from '../../../driver/config/parse-master.ts';

test.each([
  ['local', { kind: 'local', threads: 1 }],
  ['local[1]', { kind: 'local', threads: 1 }],
  ['local[1024]', { kind: 'local', threads: 1024 }],
  ['local[*]', { kind: 'local', threads: availableParallelism() }],
  ['local-cluster[2,1,512]', { kind: 'local-cluster', executors: 2, cores: 1, memoryMb: 512 }],
  ['local-cluster[ 1, 1024 , 64 ]', { kind: 'local-cluster', executors: 1, cores: 1024, memoryMb: 64 }],
  ['aws', { kind: 'aws', engine: 'main' }],
  ['aws:main', { kind: 'aws', engine: 'main' }],
  ['aws:team-1', { kind: 'aws', engine: 'team-1' }],
] as const)('%s', (text, master) => {
  expect(parseMaster(text)).toEqual(master);
});

test.each([
  '',
  'Local',
  'local[]',
  'local[0]',
  'local[-1]',
  'local[1.5]',
  'local[1025]',
  'local[4] ',
  'local*',
  'local-cluster',
  'local-cluster[2]',
  'local-cluster[0,1,512]',
  'local-cluster[1,0,512]',
  'local-cluster[1,1,63]',
  'local-cluster[1025,1,512]',
  'yarn',
  'aws:',
  'aws:Main',
  'aws:1st',
  'aws:main\n',
  'aws:a-name-of-more-than-24-letters',
  'awsmain',
  'spark://host:7077',
])('"%s" is refused', (text) => {
  expect(() => parseMaster(text)).toThrow(
    `master is "${text}"; it must be local, local[n], local[*] (n from 1 to 1024), local-cluster[executors,cores,memoryMb] (at least 1, 1 and 64), ` +
      'aws or aws:engine (a name as levin deploy takes it: at most 24 lower case letters, digits and dashes, a letter first), ' +
      "for example --on 'local[4]' (quoted: shells expand brackets).",
  );
});

test('the configuration refuses it too', () => {
  expect(() => loadConfig([{ name: 'flag', values: { master: 'yarn' } }])).toThrow(/^master is "yarn"/);
});
