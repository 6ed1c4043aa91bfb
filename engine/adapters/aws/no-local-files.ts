import { LevinError } from '../../errors/levin-error.ts';
import type { UserFiles } from '../../ports/route-files.ts';

/** In the place of the machine's files where there are none: what is on the machine that runs the job cannot be reached from AWS. */
export function noLocalFiles(): UserFiles {
  const refuse = async (key: string): Promise<never> => {
    throw new LevinError({
      code: 'LOCAL_PATH_ON_AWS',
      fault: 'user',
      message: `/${key.replace(/\/+$/, '')} is a path of the machine that runs the job; functions on AWS cannot reach it. Read from and save to s3:// paths; levin run --upload copies the files that a job reads to S3 itself.`,
      details: { path: `/${key}` },
    });
  };
  return {
    files: {
      put: refuse,
      get: refuse,
      getRange: refuse,
      head: refuse,
      list: refuse,
      deleteMany: (keys) => refuse(keys[0] ?? ''),
    },
    staged: { mark: refuse, stage: refuse, publish: refuse, list: refuse, discard: refuse },
  };
}
