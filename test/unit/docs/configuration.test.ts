import { expect, test } from 'vitest';
import { configurationDocs } from '../../../scripts/configuration-docs.ts';
import { readRepositoryFile } from '../../support/consumer.ts';

test('docs/configuration.md is what `npm run docs` makes', () => {
  expect(readRepositoryFile('docs/configuration.md')).toBe(configurationDocs());
});
