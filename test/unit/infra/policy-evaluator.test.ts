import { describe, expect, test } from 'vitest';
import { judge, type PolicyStatement } from '../../support/infra/policy-evaluator.ts';

const allow = (Action: string | readonly string[], Resource: string | readonly string[], rest: object = {}): PolicyStatement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...rest,
});
const OBJECT = 'arn:aws:s3:::books/english/moby.txt';

describe('what IAM’s documentation says', () => {
  test.each<[string, readonly PolicyStatement[], string, string, 'allowed' | 'denied']>([
    ['nothing is allowed that no statement allows', [], 's3:GetObject', OBJECT, 'denied'],
    ['an action on a resource', [allow('s3:GetObject', OBJECT)], 's3:GetObject', OBJECT, 'allowed'],
    ['another action', [allow('s3:GetObject', OBJECT)], 's3:PutObject', OBJECT, 'denied'],
    ['actions are compared without their case', [allow('S3:getobject', OBJECT)], 's3:GetObject', OBJECT, 'allowed'],
    ['ARNs with it', [allow('s3:GetObject', OBJECT.toUpperCase())], 's3:GetObject', OBJECT, 'denied'],
    ['a star is any number of characters, slashes too', [allow('s3:GetObject', 'arn:aws:s3:::books/*')], 's3:GetObject', OBJECT, 'allowed'],
    ['objects of a bucket are not the bucket', [allow('s3:*', 'arn:aws:s3:::books/*')], 's3:ListBucket', 'arn:aws:s3:::books', 'denied'],
    ['a star within an action', [allow('s3:Get*', OBJECT)], 's3:GetObject', OBJECT, 'allowed'],
    ['a question mark is one character', [allow('s3:GetObject', OBJECT.replace('moby', 'mo?y'))], 's3:GetObject', OBJECT, 'allowed'],
    ['exactly one', [allow('s3:GetObject', OBJECT.replace('moby', 'mob?y'))], 's3:GetObject', OBJECT, 'denied'],
    ['a dot is a dot', [allow('s3:GetObject', OBJECT)], 's3:GetObject', OBJECT.replace('.', 'x'), 'denied'],
    ['one of several', [allow(['s3:PutObject', 's3:GetObject'], ['arn:aws:s3:::x', OBJECT])], 's3:GetObject', OBJECT, 'allowed'],
    [
      'a Deny wins, wherever it stands',
      [{ ...allow('s3:*', '*'), Effect: 'Deny' }, allow('s3:GetObject', OBJECT)],
      's3:GetObject',
      OBJECT,
      'denied',
    ],
  ])('%s', (_, statements, action, resource, expected) => {
    expect(judge(statements, { action, resource })).toBe(expected);
  });

  test('a condition must hold, and one on a key that the request does not have does not', () => {
    const statements = [
      allow('s3:*', '*'),
      { ...allow('s3:*', '*'), Effect: 'Deny' as const, Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      { ...allow('s3:*', '*'), Effect: 'Deny' as const, Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } } },
    ];
    const call = (context: Readonly<Record<string, string | number>>): string =>
      judge(statements, { action: 's3:GetObject', resource: OBJECT, context });
    expect(call({})).toBe('allowed');
    expect(call({ 'aws:SecureTransport': 'true', 's3:TlsVersion': 1.3 })).toBe('allowed');
    expect(call({ 'aws:SecureTransport': 'false' })).toBe('denied');
    expect(call({ 'aws:SecureTransport': 'true', 's3:TlsVersion': 1.1 })).toBe('denied');
  });

  test('an operator that the evaluator does not know is no guess', () => {
    const statements = [allow('s3:*', '*', { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } })];
    expect(() => judge(statements, { action: 's3:GetObject', resource: OBJECT })).toThrow('operator IpAddress');
  });
});
