import type { EmulatedEngine } from '../../../testing/emulated-engine.ts';
import type { RecordedRequest } from '../../../testing/emulators/recorded-request.ts';
import { judge, type PolicyRequest, type PolicyStatement } from './policy-evaluator.ts';

/** A call to AWS as IAM sees it, and who made it: the name of a function, or `caller`. */
export interface JudgedCall extends PolicyRequest {
  readonly caller: string;
}

/** Policies by caller, and those of the buckets. */
export interface Policies {
  readonly of: Readonly<Record<string, readonly PolicyStatement[]>>;
  readonly bucket: readonly PolicyStatement[];
}

export const EMULATED_ACCOUNT = '000000000000';
export const EMULATED_REGION = 'us-east-1';

/** Over TLS, as AWS's endpoints are; emulators are not. */
const CONTEXT = { 'aws:SecureTransport': 'true', 's3:TlsVersion': 1.3 };

/** The permission that each operation needs. Parts of an upload are written with the right to put. */
const S3_ACTIONS: Readonly<Record<string, string>> = {
  HeadObject: 's3:GetObject',
  GetObject: 's3:GetObject',
  PutObject: 's3:PutObject',
  CreateMultipartUpload: 's3:PutObject',
  UploadPart: 's3:PutObject',
  CompleteMultipartUpload: 's3:PutObject',
  AbortMultipartUpload: 's3:AbortMultipartUpload',
  DeleteObject: 's3:DeleteObject',
  DeleteObjects: 's3:DeleteObject',
  ListObjectsV2: 's3:ListBucket',
};

/** What drivers and functions have asked of an emulated engine; what the test itself has asked is left out. */
export function callsOf({ s3, dynamodb, lambda, eventbridge }: EmulatedEngine): readonly JudgedCall[] {
  const all = [
    ...s3.requests().flatMap((request) => s3Calls(request)),
    ...dynamodb.requests().flatMap(dynamodbCalls),
    ...lambda.requests().map(({ operation, caller, functionName }) => ({
      caller,
      action: operation === 'Invoke' ? 'lambda:InvokeFunction' : `lambda:${operation}`,
      resource: `arn:aws:lambda:${EMULATED_REGION}:${EMULATED_ACCOUNT}:function:${functionName}`,
    })),
    ...eventbridge.requests().map(({ operation, caller }) => ({
      caller,
      action: `events:${operation}`,
      resource: `arn:aws:events:${EMULATED_REGION}:${EMULATED_ACCOUNT}:event-bus/default`,
    })),
  ];
  return all.flatMap(({ caller, ...call }) => (caller === null || caller === 'test' ? [] : [{ ...call, caller, context: CONTEXT }]));
}

type Call = Omit<JudgedCall, 'caller'> & { readonly caller: string | null };

function s3Calls({ operation, caller, resource, keys }: RecordedRequest): readonly Call[] {
  const action = S3_ACTIONS[operation];
  if (action === undefined) throw new Error(`The judge does not know which permission s3 ${operation} needs.`);
  if (operation === 'ListObjectsV2') return [{ caller, action, resource: `arn:aws:s3:::${resource}` }];
  return keys.map((key) => ({ caller, action, resource: `arn:aws:s3:::${resource}/${key}` }));
}

/** A transaction needs what each of its items needs. */
function dynamodbCalls({ operation, caller, resource, parts = [operation] }: RecordedRequest): readonly Call[] {
  const table = `arn:aws:dynamodb:${EMULATED_REGION}:${EMULATED_ACCOUNT}:table/${resource}`;
  return [...new Set(parts)].map((part) => ({ caller, action: `dynamodb:${part}`, resource: table }));
}

/** Calls that the policies do not allow, each once. */
export function deniedCalls(calls: readonly JudgedCall[], { of, bucket }: Policies): readonly string[] {
  const denied = calls.filter((call) => judge([...(of[call.caller] ?? []), ...bucket], call) === 'denied');
  return [...new Set(denied.map(({ caller, action, resource }) => `${caller}: ${action} on ${resource}`))];
}

/** Rights that none of the calls has needed: `caller: action on ARN`, as the policy has them. */
export function unusedRights(calls: readonly JudgedCall[], { of }: Policies): readonly string[] {
  return Object.entries(of).flatMap(([caller, statements]) => {
    const own = calls.filter((call) => call.caller === caller);
    return single(statements)
      .filter((statement) => !own.some((call) => judge([statement], call) === 'allowed'))
      .map(({ Action, Resource }) => `${caller}: ${Action} on ${Resource}`);
  });
}

interface SingleRight extends PolicyStatement {
  readonly Action: string;
  readonly Resource: string;
}

/** One action on one resource each. */
function single(statements: readonly PolicyStatement[]): readonly SingleRight[] {
  return statements.flatMap((statement) =>
    [statement.Action]
      .flat()
      .flatMap((Action) => [statement.Resource].flat().map((Resource) => ({ ...statement, Action, Resource }) as SingleRight)),
  );
}
