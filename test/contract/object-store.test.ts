import { join } from 'node:path';
import { createDirectoryObjectStore } from '../../engine/adapters/local/directory-object-store.ts';
import { createMemoryObjectStore } from '../../engine/adapters/memory/memory-object-store.ts';
import { objectStoreContract } from './object-store.ts';
import { temporaryFolder } from './temporary-folder.ts';

objectStoreContract('memory', () => ({ subject: createMemoryObjectStore() }));

objectStoreContract('directory', () => {
  const folder = temporaryFolder();
  return { subject: createDirectoryObjectStore({ root: join(folder.path, 'not', 'there', 'yet') }), dispose: folder.remove };
});

objectStoreContract('directory of user files', () => {
  const folder = temporaryFolder();
  return { subject: createDirectoryObjectStore({ root: folder.path, followLinks: true }), dispose: folder.remove };
});
