export class HttpError extends Error {
  readonly status: number;
  readonly tags: string[] = ['net'];

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HttpError';
    this.status = status;
  }

  get retryable(): boolean {
    return this.status >= 500;
  }
}
