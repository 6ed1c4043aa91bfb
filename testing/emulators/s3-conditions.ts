import type { EmulatorRequest } from './emulator-server.ts';
import type { EmulatedObject } from './s3-state.ts';
import { refuse } from './s3-xml.ts';

/** Of PutObject and CompleteMultipartUpload. */
export function checkWriteConditions(standing: EmulatedObject | undefined, { headers }: EmulatorRequest): void {
  const none = headers['if-none-match'];
  if (none !== undefined && none !== '*') refuse(501, 'NotImplemented', { message: 'If-None-Match takes * only.' });
  if (none === '*' && standing !== undefined) preconditionFailed('If-None-Match');
  const match = headers['if-match'];
  if (match === undefined) return;
  if (standing === undefined) refuse(404, 'NoSuchKey', { message: 'The specified key does not exist.' });
  if (match !== standing.etag) preconditionFailed('If-Match');
}

export function preconditionFailed(condition: string): never {
  return refuse(412, 'PreconditionFailed', {
    message: 'At least one of the pre-conditions you specified did not hold',
    more: { Condition: condition },
  });
}
