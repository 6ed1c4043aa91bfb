/** The code and status with which AWS refused; what it answered when it did not. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<readonly [code: string, status: number | undefined] | { readonly answered: unknown }> {
  try {
    return { answered: await call };
  } catch (error) {
    const { name, $metadata } = error as { readonly name: string; readonly $metadata?: { readonly httpStatusCode?: number } };
    return [name, $metadata?.httpStatusCode];
  }
}
