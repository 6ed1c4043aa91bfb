import { errorCode } from '../errors/levin-error.ts';

/** What an `ObjectStore` answers; null when it has no such object. Every other failure stays one. */
export async function nullIfMissing<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (errorCode(error) === 'OBJECT_NOT_FOUND') return null;
    throw error;
  }
}
