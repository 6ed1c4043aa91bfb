import { join } from 'node:path';
import { createDirectoryScratch } from '../../engine/adapters/local/scratch-directory.ts';
import { createMemoryScratch } from '../../engine/adapters/memory/memory-scratch.ts';
import { SCRATCH_LIMIT_BYTES, scratchContract } from './scratch.ts';
import { temporaryFolder } from './temporary-folder.ts';

scratchContract('memory', () => ({ subject: createMemoryScratch({ limitBytes: SCRATCH_LIMIT_BYTES }) }));

scratchContract('directory', () => {
  const folder = temporaryFolder();
  const subject = createDirectoryScratch({ folder: join(folder.path, 'attempt'), limitBytes: SCRATCH_LIMIT_BYTES });
  return { subject, dispose: folder.remove };
});
