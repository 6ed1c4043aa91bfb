/** Other addresses than AWS's own, by the names that AWS's tools have for them. */
export interface AwsEndpoints {
  readonly s3?: string | undefined;
  readonly dynamodb?: string | undefined;
  readonly lambda?: string | undefined;
  readonly cloudformation?: string | undefined;
  readonly eventbridge?: string | undefined;
}

/** The SDK reads them, too; but a client that was not told has one host name for each bucket, which emulators have not. */
export function endpointsIn(env: Readonly<Record<string, string | undefined>>): AwsEndpoints {
  if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true') return {};
  const of = (service: string): string | undefined => env[`AWS_ENDPOINT_URL_${service}`] || env['AWS_ENDPOINT_URL'] || undefined;
  return {
    s3: of('S3'),
    dynamodb: of('DYNAMODB'),
    lambda: of('LAMBDA'),
    cloudformation: of('CLOUDFORMATION'),
    eventbridge: of('EVENTBRIDGE'),
  };
}
