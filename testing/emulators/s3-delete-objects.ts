import type { EmulatorFault } from './emulator-faults.ts';
import type { EmulatorAnswer, EmulatorRequest } from './emulator-server.ts';
import { checkedBody } from './s3-request.ts';
import type { EmulatedBucket } from './s3-state.ts';
import { elements, refuse, textOf, xmlAnswer } from './s3-xml.ts';

const MAX_BATCH = 1000;

/** What no XML 1.0 document may hold, escaped or not. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const NOT_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

export function deleteObjectsAnswer(bucket: EmulatedBucket, request: EmulatorRequest, faults: readonly EmulatorFault[]): EmulatorAnswer {
  if (request.headers['content-md5'] === undefined && request.headers['x-amz-checksum-crc32'] === undefined) {
    refuse(400, 'InvalidRequest', { message: 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*' });
  }
  const xml = Buffer.from(checkedBody(request)).toString('utf8');
  const keys = keysIn(xml);
  if (keys.length === 0 || keys.length > MAX_BATCH || keys.some((key) => key === '' || NOT_IN_XML.test(key))) {
    refuse(400, 'MalformedXML', { message: 'The XML you provided was not well-formed or did not validate against our published schema' });
  }
  const refused = faults.filter((fault) => fault.kind === 'refuseKey').filter(({ key }) => keys.includes(key));
  const kept = new Set(refused.map(({ key }) => key));
  const deleted = keys.filter((key) => !kept.has(key));
  for (const key of deleted) bucket.objects.delete(key);
  const quiet = elements(xml, 'Quiet')[0] === 'true';
  return xmlAnswer('DeleteResult', {
    Deleted: quiet ? [] : deleted.map((key) => ({ Key: key })),
    Error: refused.map(({ key, code, message }) => ({ Key: key, Code: code, Message: message })),
  });
}

/** Keys that a request names. */
export function keysToDelete(body: Uint8Array): readonly string[] {
  return keysIn(Buffer.from(body).toString('utf8'));
}

function keysIn(xml: string): readonly string[] {
  return elements(xml, 'Object').map((object) => textOf(elements(object, 'Key')[0] ?? ''));
}
