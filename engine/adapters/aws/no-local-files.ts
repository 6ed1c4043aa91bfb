import { LevinError } from '../../errors/levin-error.ts';
import type { UserFiles } from '../../ports/route-files.ts';

/** In the place of the machine's files where there are none: what is on the machine that runs the job cannot be reached from AWS. */
export function noLocalFiles(): UserFiles {
  const refuse = async (key: string): Promise<never> => {
    throw new LevinError({
      code: 'LOCAL_PATH_ON_AWS',
      fault: 'user',
      message: `/${key} is a path of the machine that runs the job; functions on AWS cannot reach it. Upload the file to S3 (aws s3 cp) and give its s3:// path.`,
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
