import { expect, test } from 'vitest';
import { capturedSecrets } from '../../../driver/application/captured-secrets.ts';

const ENV = {
  GITHUB_TOKEN: 'ghp_0123456789',
  STRIPE_API_KEY: 'sk_live_ümläut_1',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG',
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  DB_PASSWORD: 'short',
  MY_SECRET: '',
  HOME: '/home/somebody',
  UNSET_TOKEN: undefined,
};

const encoded = (text: string): Uint8Array => new TextEncoder().encode(`\u0001before ${text} behind`);

test.each([
  ['ghp_0123456789', ['GITHUB_TOKEN']],
  ['Bearer ghp_0123456789', ['GITHUB_TOKEN']],
  ['sk_live_ümläut_1', ['STRIPE_API_KEY']],
  ['wJalrXUtnFEMI/K7MDENG', ['AWS_SECRET_ACCESS_KEY']],
  ['ghp_0123456789 sk_live_ümläut_1', ['GITHUB_TOKEN', 'STRIPE_API_KEY']],
  ['AKIAIOSFODNN7EXAMPLE', []],
  ['short', []],
  ['/home/somebody', []],
  ['ghp_012345678', []],
])('of "%s": %j', (text, names) => {
  expect(capturedSecrets(encoded(text), ENV)).toEqual(names);
});
