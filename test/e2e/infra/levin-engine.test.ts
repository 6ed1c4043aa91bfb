import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { beforeAll, describe, expect, test } from 'vitest';
import { LevinStack } from '../../../infra/levin-stack.ts';
import { cdkApp, engineTemplate } from '../../support/infra/synth-engine.ts';

let template: Template;
beforeAll(() => {
  template = engineTemplate();
});

const BUCKET = { 'Fn::GetAtt': ['EngineBucketC8087CB4', 'Arn'] };
const OBJECTS = { 'Fn::Join': ['', [BUCKET, '/*']] };

describe('the bucket', () => {
  test('is closed to the public, belongs to its owner alone, is encrypted, and stays when the engine goes', () => {
    template.hasResource('AWS::S3::Bucket', {
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
      },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('refuses whoever comes without TLS, or with an old one', () => {
    const denied = (Condition: object): object => ({
      Effect: 'Deny',
      Action: 's3:*',
      Principal: { AWS: '*' },
      Resource: [BUCKET, OBJECTS],
      Condition,
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [denied({ Bool: { 'aws:SecureTransport': 'false' } }), denied({ NumericLessThan: { 's3:TlsVersion': 1.2 } })],
      },
    });
  });

  test('forgets what dead applications and uploads left, and nothing else', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: [
          { Id: 'dead-applications', Prefix: 'apps/', ExpirationInDays: 14, Status: 'Enabled' },
          { Id: 'dead-uploads', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 14 }, Status: 'Enabled' },
        ],
      },
    });
  });
});

test('the table is paid by use, expires items by the attribute that levin writes, and goes with the engine', () => {
  template.hasResource('AWS::DynamoDB::Table', {
    Properties: {
      TableName: 'levin-main',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'PK', KeyType: 'HASH' },
        { AttributeName: 'SK', KeyType: 'RANGE' },
      ],
      TimeToLiveSpecification: { AttributeName: 'TTL', Enabled: true },
    },
    DeletionPolicy: 'Delete',
  });
});

describe('functions', () => {
  const ENVIRONMENT = {
    LEVIN_ENGINE: 'main',
    LEVIN_BUCKET: { Ref: 'EngineBucketC8087CB4' },
    LEVIN_TABLE: { Ref: 'EngineTable7C36AEC6' },
    LEVIN_MEMORY_SIZES_MB: '1769,3538,10240',
    LEVIN_TIME_LIMIT_MS: '900000',
    LEVIN_MAX_CONCURRENCY: '250',
    LEVIN_TEMPORARY: '/tmp',
  };

  test.each([1769, 3538, 10_240])('an executor of %i MB, described by its environment, and tried once', (sizeMb) => {
    const FunctionName = `levin-main-executor-${sizeMb}`;
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName,
      MemorySize: sizeMb,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'executor.handler',
      Timeout: 900,
      Environment: { Variables: { ...ENVIRONMENT, NODE_OPTIONS: Match.absent() } },
      RecursiveLoop: Match.absent(),
    });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp(`executor${sizeMb}`) },
      MaximumRetryAttempts: 0,
      DestinationConfig: Match.absent(),
    });
  });

  test('a driver that may invoke itself again and again, for 15 minutes each', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'levin-main-driver',
      Handler: 'driver.handler',
      MemorySize: 1769,
      Timeout: 900,
      RecursiveLoop: 'Allow',
      Environment: { Variables: { ...ENVIRONMENT, NODE_OPTIONS: '--max-semi-space-size=4' } },
    });
  });

  test('a driver that failed goes to a queue and from there to the driver again', () => {
    const queue = { 'Fn::GetAtt': [Match.stringLikeRegexp('DriverFailures'), 'Arn'] };
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('driver') },
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: queue } },
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: Match.stringLikeRegexp('driver') },
      EventSourceArn: queue,
      BatchSize: 1,
    });
    template.hasResourceProperties('AWS::SQS::Queue', {
      QueueName: 'levin-main-driver-failures',
      SqsManagedSseEnabled: true,
      VisibilityTimeout: 900,
    });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: { Statement: [{ Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }] },
    });
  });

  test('each logs into a group of its own, which forgets after two weeks', () => {
    template.resourceCountIs('AWS::Logs::LogGroup', 4);
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 14 });
    template.allResourcesProperties('AWS::Lambda::Function', { LoggingConfig: { LogGroup: Match.anyValue() } });
  });

  test('nothing else runs: no function that the CDK would add', () => {
    const names = Object.values(template.findResources('AWS::Lambda::Function')).map(({ Properties }) => Properties.FunctionName as string);
    expect(names.sort()).toEqual([
      'levin-main-driver',
      'levin-main-executor-10240',
      'levin-main-executor-1769',
      'levin-main-executor-3538',
    ]);
  });
});

test('everything that can have a tag says which engine it belongs to', () => {
  for (const type of [
    'AWS::S3::Bucket',
    'AWS::DynamoDB::Table',
    'AWS::Lambda::Function',
    'AWS::IAM::Role',
    'AWS::SQS::Queue',
    'AWS::Logs::LogGroup',
  ])
    template.allResourcesProperties(type, { Tags: Match.arrayWith([{ Key: 'levin:engine', Value: 'main' }]) });
});

test('outputs say what people and other stacks need', () => {
  expect(Object.keys(template.findOutputs('*'))).toEqual([
    'EngineName',
    'Version',
    'BucketName',
    'TableName',
    'DriverFunctionArn',
    'CallerPolicyArn',
    'Options',
  ]);
});

describe('options', () => {
  test('sizes, limits, architecture, logs, name, removal', () => {
    const other = engineTemplate({
      engineName: 'nightly',
      memorySizes: [3008, 512],
      maxConcurrency: 7,
      timeLimit: Duration.minutes(2),
      architecture: Architecture.X86_64,
      logRetention: RetentionDays.ONE_DAY,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    for (const size of [512, 3008])
      other.hasResourceProperties('AWS::Lambda::Function', {
        FunctionName: `levin-nightly-executor-${size}`,
        Architectures: ['x86_64'],
        Timeout: 120,
        Environment: {
          Variables: {
            LEVIN_MEMORY_SIZES_MB: '512,3008',
            LEVIN_TIME_LIMIT_MS: '120000',
            LEVIN_MAX_CONCURRENCY: '7',
            LEVIN_ENGINE: 'nightly',
          },
        },
      });
    other.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 1 });
    other.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
  });

  test('a key: bucket and table are encrypted with it, it turns every year, and stays with the bucket', () => {
    const keyed = engineTemplate({ encryption: 'kms' });
    const arn = { 'Fn::GetAtt': [Match.stringLikeRegexp('Key'), 'Arn'] };
    keyed.hasResource('AWS::KMS::Key', { Properties: { EnableKeyRotation: true }, DeletionPolicy: 'Retain' });
    keyed.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arn } },
        ],
      },
    });
    keyed.hasResourceProperties('AWS::DynamoDB::Table', { SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: arn } });
    template.resourceCountIs('AWS::KMS::Key', 0);
  });

  test('two engines stand beside each other in one stack', () => {
    using cdk = cdkApp();
    new LevinStack(cdk.app, 'levin-main', { memorySizes: [1769] });
    new LevinStack(cdk.app, 'levin-other', { engineName: 'other', memorySizes: [1769] });
    const { stacks } = cdk.app.synth();
    expect(stacks.map(({ stackName }) => stackName)).toEqual(['levin-main', 'levin-other']);
  });

  test('a key and S3’s own encryption at once are refused', () => {
    expect(() => engineTemplate({ encryption: 's3', kmsKey: {} as never })).toThrow(
      'LevinEngine: encryption is "s3" and there is a kmsKey. Leave out encryption to use the key, or the key to use S3’s own.',
    );
  });
});
