import { Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { stackName } from '../engine/types/aws-engine.ts';
import { acknowledge } from './acknowledge.ts';
import { type Places, type Statement, statementsOf } from './rights.ts';

/** The role of a function: what `RIGHTS` says, and nothing else. */
export function makeRole(scope: Construct, principal: 'executor' | 'driver', places: Places): Role {
  const statements = statementsOf(principal, places);
  const role = new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description: `What the ${principal} functions of a levin engine may do`,
    inlinePolicies: { levin: PolicyDocument.fromJson({ Version: '2012-10-17', Statement: statements }) },
  });
  acknowledgeObjects(role, statements);
  return role;
}

/** For people and machines that run drivers: attach it to their role. Its name has the region, for names of policies are those of the whole account. */
export function makeCallerPolicy(scope: Construct, engineName: string, places: Places): ManagedPolicy {
  const statements = statementsOf('caller', places);
  const policy = new ManagedPolicy(scope, 'CallerPolicy', {
    managedPolicyName: `${stackName(engineName)}-caller-${Stack.of(scope).region}`,
    description: `Run and submit applications on the levin engine ${engineName}`,
    document: PolicyDocument.fromJson({ Version: '2012-10-17', Statement: statements }),
  });
  acknowledgeObjects(policy, statements);
  return policy;
}

/** Keys of objects are as many as there are tasks: rights on them end in a star. */
function acknowledgeObjects(construct: Construct, statements: readonly Statement[]): void {
  const stars = statements.flatMap(({ Resource }) => Resource).filter((arn) => arn.endsWith('/*'));
  const reason =
    'Objects of the engine’s own bucket, or of a bucket or prefix that its owner named: what their keys are is known when tasks run.';
  acknowledge(construct, Object.fromEntries(stars.map((arn) => [`AwsSolutions-IAM5[Resource::${nagName(construct, arn)}]`, reason])));
}

/** How cdk-nag writes an ARN: `<Bucket.Arn>/*`. */
function nagName(construct: Construct, arn: string): string {
  return written(Stack.of(construct).resolve(arn));
}

function written(part: unknown): string {
  if (typeof part === 'string') return part;
  const { 'Fn::Join': join, 'Fn::GetAtt': attribute, Ref } = part as IntrinsicFunction;
  if (join !== undefined) return join[1].map(written).join(join[0]);
  return attribute === undefined ? `<${Ref}>` : `<${attribute.join('.')}>`;
}

/** Those that ARNs are made of. */
interface IntrinsicFunction {
  readonly 'Fn::Join'?: readonly [delimiter: string, parts: readonly unknown[]];
  readonly 'Fn::GetAtt'?: readonly [resource: string, attribute: string];
  readonly Ref?: string;
}
